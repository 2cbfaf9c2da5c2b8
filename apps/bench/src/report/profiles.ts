import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Side } from '../agent/agent-commands.ts';
import type { BrokerName } from '../systems/system.ts';
import { type BudgetLine, budgetOf, type CpuProfile } from './profile-budget.ts';

const SIDES: readonly Side[] = ['client', 'worker'];
/** Less than this of a task's time is not worth a line. */
const LEAST_MICROS = 0.05;

/** CPU profiles of every side of every system, and what they say of one task. */
export class Profiles {
  readonly #folder: string;
  readonly #tasks = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Options of node for a process whose profile is wanted. */
  argv(broker: BrokerName, system: string, side: Side): readonly string[] {
    return ['--cpu-prof', `--cpu-prof-dir=${join(this.#folder, `${broker}-${system}-${side}`)}`];
  }

  /** So many more tasks have passed through a system. */
  count(broker: BrokerName, system: string, tasks: number): void {
    const key = `${broker}-${system}`;
    this.#tasks.set(key, (this.#tasks.get(key) ?? 0) + tasks);
  }

  /** Writes `budget.md` beside the profiles. @returns its text */
  async write(): Promise<string> {
    const tables: string[] = [];
    for (const [key, tasks] of this.#tasks) {
      for (const side of SIDES) {
        const profiles = await readProfiles(join(this.#folder, `${key}-${side}`));
        if (profiles.length > 0) tables.push(budgetTable(`${key}, ${side}`, budgetOf(profiles, tasks)));
      }
    }
    const text = tables.join('\n');
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, 'budget.md'), text);
    return text;
  }
}

async function readProfiles(folder: string): Promise<readonly CpuProfile[]> {
  // A program in another language leaves none.
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.cpuprofile'));
  return await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile),
  );
}

function budgetTable(title: string, lines: readonly BudgetLine[]): string {
  const sum = lines.reduce((all, { micros }) => all + micros, 0);
  const shown = lines.filter(({ micros }) => micros >= LEAST_MICROS);
  return [
    `### ${title}`,
    '',
    '| part | µs for each task | share |',
    '|---|---|---|',
    ...shown.map(({ part, micros }) => `| ${part} | ${micros.toFixed(1)} | ${Math.round((micros / sum) * 100)} % |`),
    `| all | ${sum.toFixed(1)} | |`,
    '',
  ].join('\n');
}
