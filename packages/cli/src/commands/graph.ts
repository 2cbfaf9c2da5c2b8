import type { CommandCode } from '../definitions/define.ts';
import { packageFolders } from '../import-package.ts';
import { withApp } from '../open-app.ts';
import { workerPackage } from '../worker-package.ts';

/** `celeriac graph`. */
export const graphCommand: CommandCode = async ({ globals, output }) => {
  return withApp(globals, async ({ app, runtime, file }) => {
    const { stepGraph } = await workerPackage('graph', packageFolders(globals.workdir, file));
    // A module of tasks may add steps.
    await runtime.loadTasks();
    const graph = stepGraph(app);
    output.data({ graph }, () => graph.trimEnd());
    return 0;
  });
};
