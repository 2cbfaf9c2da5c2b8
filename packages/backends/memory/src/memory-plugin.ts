import type { Backend, BackendContext, BackendPlugin } from '@celeriac/backend';
import { memoryBackend } from './memory-backend.ts';
import { memoryNameOf } from './memory-url.ts';
import { sharedMemoryResults } from './shared-results.ts';

/** `memory://` and `memory://name`: one store for each name in a process. */
export const backend: BackendPlugin = Object.freeze({
  schemes: Object.freeze(['memory', 'cache+memory']),
  create: createMemoryBackend,
});

function createMemoryBackend(url: string, context: BackendContext): Backend {
  const results = sharedMemoryResults(memoryNameOf(url));
  const unused = Object.keys(context.options);
  if (unused.length > 0) {
    context.logger.warning('The memory result store has no options; these mean nothing to it.', { options: unused });
  }
  return memoryBackend({ url, context, results });
}
