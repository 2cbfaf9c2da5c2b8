import { arch, cpus, platform, release, totalmem } from 'node:os';
import { changedSettings } from '@celeriac/core/internal';
import type { CommandCode } from '../definitions/define.ts';
import { keyValueLines } from '../key-value-lines.ts';
import { type OpenApp, withApp } from '../open-app.ts';
import { queueLengths } from '../queue-lengths.ts';
import { cliVersion } from '../version.ts';

/** A broker or a result store, or why it cannot be reached. */
type Place = { readonly name: string; readonly url: string } | { readonly problem: string };

/** `celeriac report`. */
export const reportCommand: CommandCode = async ({ globals, output }) => {
  return withApp(globals, async (open) => {
    const { app, runtime } = open;
    const settings = new Map(changedSettings(runtime.settings));
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
      settings,
    };
    output.data(report, () => {
      const sections = [
        keyValueLines(Object.entries(platformInfo).map(([name, value]) => [name, String(value)])),
        keyValueLines([
          ['app', `${app.name}${open.file === undefined ? '' : ` (${open.file})`}`],
          ['broker', placeText(broker.place)],
          ['backend', backend === null ? 'none' : placeText(backend)],
        ]),
        section(
          'queues',
          broker.queues.map(({ name, messages }) => [name, messages === null ? '-' : String(messages)]),
        ),
        section('settings', [...settings]),
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
  return { problem: error instanceof Error ? error.message : String(error) };
}

function placeText(place: Place): string {
  return 'problem' in place ? `cannot be reached: ${place.problem}` : `${place.name} ${place.url}`;
}

function section(title: string, pairs: readonly (readonly [name: string, value: string])[]): string {
  return pairs.length === 0 ? '' : `${title}\n${keyValueLines(pairs, 2)}`;
}
