// Bundles the package in the current folder; a step of `npm run build`, after tsc has written the declarations.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../workspace/workspace-packages.ts';
import { bundlePackage } from './bundle-package.ts';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
await bundlePackage(folder, manifest);
