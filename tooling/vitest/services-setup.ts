import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { declaredServices, startDeclared } from '../services/declared-services.ts';
import type { Manifest } from '../workspace/workspace-packages.ts';

/**
 * Starts what the package declares in its package.json, unless `npm test` has done so before, and hands the URLs on in
 * the environment. Used as vitest's `globalSetup`.
 * @returns what stops them
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const manifest = JSON.parse(readFileSync(join(project.config.root, 'package.json'), 'utf8')) as Manifest;
  const services = await startDeclared(declaredServices([manifest]));
  Object.assign(process.env, services.env);
  return () => services.stop();
}
