import type { BuiltinTask } from './builtin-task.ts';

/** Drops expired results where the store does not do so itself. @see celery/app/builtins.py add_backend_cleanup_task */
export const backendCleanupTask: BuiltinTask = {
  name: 'celery.backend_cleanup',
  parameters: [],
  async run(runtime) {
    const backend = await runtime.backend();
    await backend?.cleanup();
    return null;
  },
};
