import type { Camera } from '@celeriac/monitor';
import { parseAppTarget } from './app-target.ts';
import { UsageError } from './cli-error.ts';
import { importUserModule } from './import-user-module.ts';

/** Exports that are tried when none is named. */
const EXPORTS = ['camera', 'default'] as const;

/**
 * The camera that a module exports: an object, or a class, of which one is made.
 * @param target - `./camera.ts` or `./camera.ts:exportName`
 * @throws {AppLoadError} when the module cannot be imported | @throws {UsageError} when it has no camera
 */
export async function loadCamera(target: string, workdir: string): Promise<Camera> {
  const { module, exportName } = parseAppTarget(target);
  const { exports } = await importUserModule(module, target, workdir);
  const names = exportName === undefined ? [...EXPORTS, ...exports.keys()] : [exportName];
  for (const name of names) {
    const camera = cameraOf(exports.get(name));
    if (camera !== undefined) return camera;
  }
  const where = exportName === undefined ? target : `the export ${exportName} of ${module}`;
  throw new UsageError('--camera', `${where} is no camera.`, {
    hint: 'Export an object, or a class, with a method onShutter(state).',
  });
}

function cameraOf(value: unknown): Camera | undefined {
  if (typeof value === 'function' && hasShutter(value.prototype)) return new (value as new () => Camera)();
  return hasShutter(value) ? value : undefined;
}

function hasShutter(value: unknown): value is Camera {
  return typeof value === 'object' && value !== null && typeof (value as Camera).onShutter === 'function';
}
