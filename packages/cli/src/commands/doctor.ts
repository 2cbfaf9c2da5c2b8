import { isCeleriacError } from '@celeriac/protocol';
import type { CommandCode } from '../definitions/define.ts';
import { type OpenApp, withApp } from '../open-app.ts';

/** A result that nobody has: asking for it shows that the store answers. */
const NOBODY = 'celeriac-doctor';

/** What is wrong, or soon will be. */
interface Finding {
  readonly problem: string;
  readonly hint: string | null;
}

/** A broker or a result store; the URL is masked, and null where there was no connection. */
interface Place {
  readonly url: string | null;
  readonly findings: readonly Finding[];
}

/** `celeriac doctor`. */
export const doctorCommand: CommandCode = async ({ globals, output }) => {
  return withApp(globals, async (open) => {
    const [broker, backend] = [await brokerOf(open), await backendOf(open)];
    const places = Object.entries({ broker, backend }).filter(([, place]) => place !== null) as [string, Place][];
    const healthy = places.every(([, { findings }]) => findings.length === 0);
    output.data({ healthy, broker, backend }, () => places.map(([name, place]) => placeText(name, place)).join('\n'));
    return healthy ? 0 : 1;
  });
};

async function brokerOf({ runtime }: OpenApp): Promise<Place> {
  try {
    return await runtime.writer().run(async (transport) => {
      const warnings = (await transport.warnings?.()) ?? [];
      return { url: transport.url, findings: warnings };
    });
  } catch (error) {
    return { url: null, findings: [findingOf(error)] };
  }
}

async function backendOf({ runtime }: OpenApp): Promise<Place | null> {
  try {
    const backend = await runtime.backend();
    if (backend === undefined) return null;
    await backend.load([NOBODY]);
    return { url: backend.url, findings: [] };
  } catch (error) {
    return { url: null, findings: [findingOf(error)] };
  }
}

function findingOf(error: unknown): Finding {
  if (!(error instanceof Error)) return { problem: String(error), hint: null };
  return { problem: error.message, hint: isCeleriacError(error) ? (error.hint ?? null) : null };
}

function placeText(name: string, { url, findings }: Place): string {
  const head = `${name.padEnd('backend'.length)}  ${findings.length === 0 ? 'OK' : 'ATTENTION'}${url === null ? '' : `  ${url}`}`;
  const lines = findings.flatMap(({ problem, hint }) => [
    `  - ${problem}`,
    ...(hint === null ? [] : [`    hint: ${hint}`]),
  ]);
  return [head, ...lines].join('\n');
}
