#!/usr/bin/env node
import module from 'node:module';
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`celeriac: Node.js 22.18 or newer is needed, this is ${process.versions.node}.\n`);
  process.exit(2);
}
module.enableCompileCache();

// Whoever reads the output may have enough of it: `celeriac list tasks | head -1`.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// By its own name: the package's exports decide between dist and, under the workspace's condition, src.
const { main } = await import('@celeriac/cli');
const code = await main(process.argv.slice(2));

// The user's modules may hold sockets or timers; what was written must still arrive.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit(code);
