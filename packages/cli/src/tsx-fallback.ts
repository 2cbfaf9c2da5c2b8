import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installCommand } from '@celeriac/core/internal';
import { AppLoadError } from './cli-error.ts';
import { sourcePlace } from './source-place.ts';

/**
 * Lets tsx run the TypeScript that Node's type stripping refuses, here and in the processes that this one starts.
 * @param bases - files or file URLs to look for tsx from, best first
 * @returns false when tsx is not installed
 */
export async function enableTsx(bases: readonly string[]): Promise<boolean> {
  const api = resolveFrom(bases, 'tsx/esm/api');
  const loader = resolveFrom(bases, 'tsx');
  if (api === undefined || loader === undefined) return false;
  const tsx: { register(): unknown } = await import(pathToFileURL(api).href);
  tsx.register();
  const preload = `--import=${pathToFileURL(loader).href}`;
  process.env['NODE_OPTIONS'] = [process.env['NODE_OPTIONS'], preload].filter(Boolean).join(' ');
  return true;
}

/** @param cause - what Node said about the module */
export function tsxMissing(target: string, file: string, cause: unknown): AppLoadError {
  return new AppLoadError(target, 1, `${target} needs tsx to run: ${reasonOf(cause)}.`, {
    cause,
    hint: `Run: ${installCommand('tsx', dirname(file))}; or keep to erasable TypeScript; or compile ${file} and give the .js file.`,
  });
}

/** `TypeScript enum is not supported in strip-only mode (/app/tasks.ts:3)` */
function reasonOf(cause: unknown): string {
  const { message, stack = '' } = cause as Error;
  const place = sourcePlace(stack.split('\n')[0] ?? '');
  return `${message.split('\n')[0]}${place === undefined ? '' : ` (${place})`}`;
}

function resolveFrom(bases: readonly string[], specifier: string): string | undefined {
  for (const base of bases) {
    try {
      return createRequire(base).resolve(specifier);
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}
