import type { ReceivedEvent } from '@celeriac/core/internal';
import { encodeEvent } from '@celeriac/protocol';
import type { Service } from '@celeriac/transport';
import { checkMaxRate } from '../check-max-rate.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import { EventText } from '../event-text.ts';
import type { CommandContext } from '../global-options.ts';
import { packageFolders } from '../import-package.ts';
import { loadCamera } from '../load-camera.ts';
import { monitorPackage } from '../monitor-package.ts';
import { type OpenApp, openApp } from '../open-app.ts';
import { parseNumberOption } from '../option-values.ts';

const CLOSE_MS = 2000;

/** `celeriac events`. */
export const eventsCommand: CommandCode = async (context, _positional, options) => {
  const open = await openApp(context.globals);
  try {
    const camera = options['camera'] as string | undefined;
    const service =
      camera === undefined ? await printer(context, open, options) : await photographer(context, open, camera, options);
    await untilSignal(service);
    return 0;
  } finally {
    await open.runtime.close();
  }
};

async function printer({ globals, output }: CommandContext, open: OpenApp, options: ParsedOptions): Promise<Service> {
  const { EventReceiver } = await monitorPackage('events', packageFolders(globals.workdir, open.file));
  const text = new EventText();
  const isDump = options['dump'] === true;
  const show = (event: ReceivedEvent): void =>
    output.data(encodeEvent(event), () => (isDump ? text.dump(event) : text.short(event)));
  const receiver = new EventReceiver(open.app, { handlers: { '*': show } });
  return {
    start: async (signal) => {
      await receiver.start(signal);
      output.note('-> events: capturing; Ctrl-C ends it');
      await receiver.wakeUpWorkers();
    },
    stop: (deadlineMs) => receiver.stop(deadlineMs),
  };
}

async function photographer(
  { globals, output }: CommandContext,
  open: OpenApp,
  target: string,
  options: ParsedOptions,
): Promise<Service> {
  const { Polaroid } = await monitorPackage('events', packageFolders(globals.workdir, open.file));
  const seconds = parseNumberOption('--frequency', (options['frequency'] as string | undefined) ?? '1', 0.001);
  const maxRate = checkMaxRate(options['maxrate'] as string | undefined);
  const camera = await loadCamera(target, globals.workdir);
  const polaroid = new Polaroid(open.app, camera, {
    frequencyMs: seconds * 1000,
    ...(maxRate !== undefined && { maxRate }),
  });
  return {
    start: async (signal) => {
      await polaroid.start(signal);
      output.note(`-> events: taking snapshots with ${target} every ${seconds} s`);
    },
    stop: (deadlineMs) => polaroid.stop(deadlineMs),
  };
}

/** Runs until the process is told to end. */
async function untilSignal(service: Service): Promise<void> {
  const told = new AbortController();
  const onSignal = (): void => told.abort(new Error('The command was ended.'));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, onSignal);
  try {
    await service.start(told.signal);
    if (!told.signal.aborted) await new Promise((resolve) => told.signal.addEventListener('abort', resolve));
  } catch (error) {
    if (!told.signal.aborted) throw error;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    await service.stop(CLOSE_MS);
  }
}
