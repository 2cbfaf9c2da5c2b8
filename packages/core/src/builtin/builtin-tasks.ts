import { backendCleanupTask } from './backend-cleanup-task.ts';
import type { BuiltinTask } from './builtin-task.ts';
import { chordTask, groupTask } from './canvas-tasks.ts';
import { chordUnlockTask } from './chord-unlock-task.ts';
import { accumulateTask, chunksTask, mapTask, starmapTask } from './sequence-tasks.ts';

/** Every task that an app knows without defining it. */
export const builtinTasks: readonly BuiltinTask[] = [
  backendCleanupTask,
  accumulateTask,
  chordUnlockTask,
  mapTask,
  starmapTask,
  chunksTask,
  groupTask,
  chordTask,
];
