#!/usr/bin/env node
import { createTransportCommand } from '../dist/index.js';

process.exitCode = createTransportCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
