import { arch, cpus, platform, release, totalmem } from 'node:os';
import { changedSettings, settingText } from '@celeriac/core/internal';
import { isCeleriacError } from '@celeriac/protocol';
import type { CommandCode } from '../definitions/define.ts';
import { keyValueLines } from '../key-value-lines.ts';
import { type OpenApp, withApp } from '../open-app.ts';
import { queueLengths } from '../queue-lengths.ts';
import { cliVersion } from '../version.ts';

/** A broker or a result store, or why it cannot be reached. */
type Place =
  | { readonly name: string; readonly url: string }
  | { readonly problem: string; readonly hint: string | null };

/** `celeriac report`. */
export const reportCommand: CommandCode = async ({ globals, output }) => {
  return withApp(globals, async (open) => {
    const { app, runtime } = open;
    const settings = changedSettings(runtime.settings);
    const [broker, backend] = [await brokerOf(open), await backendOf(open)];
    const platformInfo = {
      celeriac: cliVersion(),
      node: process.version,
      platform: `${platform()} ${release()} ${arch()}`,
      cores: cpus().length,
      memoryMiB: Math.round(totalmem() / 2 ** 20),
    };
    const report = {
      ...platformInfo,
      app: { name: app.name, module: open.file ?? null, tasks: runtime.tasks.names().length },
      broker: broker.place,
      queues: broker.queues,
      backend,
      settings: new Map(settings),
    };
    output.data(report, () => {
      const sections = [
        keyValueLines([
          ['celeriac', platformInfo.celeriac],
          ['node', platformInfo.node],
          ['platform', platformInfo.platform],
          ['cores', String(platformInfo.cores)],
          ['memory', `${platformInfo.memoryMiB} MiB`],
        ]),
        keyValueLines([
          ['app', `${app.name}${open.file === undefined ? '' : ` (${open.file})`}`],
          ['broker', placeText(broker.place)],
          ['backend', backend === null ? 'none' : placeText(backend)],
        ]),
        section(
          'queues',
          broker.queues.map(({ name, messages }) => [name, messages === null ? '-' : String(messages)]),
        ),
        section(
          'settings',
          settings.map(([name, value]) => [name, settingText(value)]),
        ),
      ];
      return sections.filter((text) => text !== '').join('\n\n');
    });
    return 0;
  });
};

async function brokerOf({ runtime }: OpenApp): Promise<{
  readonly place: Place;
  readonly queues: readonly { readonly name: string; readonly messages: number | null }[];
}> {
  try {
    return await runtime.writer().run(async (transport) => {
      const { names } = runtime.queues();
      const lengths = await queueLengths(transport, names);
      const queues = names.map((name) => ({ name, messages: lengths.get(name) ?? null }));
      return { place: { name: transport.name, url: transport.url }, queues };
    });
  } catch (error) {
    return { place: problemOf(error), queues: [] };
  }
}

async function backendOf({ runtime }: OpenApp): Promise<Place | null> {
  try {
    const backend = await runtime.backend();
    return backend === undefined ? null : { name: backend.name, url: backend.url };
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): Place {
  if (!(error instanceof Error)) return { problem: String(error), hint: null };
  return { problem: error.message, hint: isCeleriacError(error) ? (error.hint ?? null) : null };
}

function placeText(place: Place): string {
  if (!('problem' in place)) return `${place.name} ${place.url}`;
  return `cannot be reached: ${place.problem}${place.hint === null ? '' : ` ${place.hint}`}`;
}

function section(title: string, pairs: readonly (readonly [name: string, value: string])[]): string {
  return pairs.length === 0 ? '' : `${title}\n${keyValueLines(pairs, 2)}`;
}
