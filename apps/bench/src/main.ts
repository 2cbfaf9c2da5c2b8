import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  process.stdout.write(
    'Usage: pnpm bench [--only <text>] [--tasks <n>] [--json] [--check]\n\n  --check  fail when a scenario stays below its floor\n',
  );
} else {
  await measure();
}

async function measure(): Promise<void> {
  const rows = [];
  for (const scenario of scenarios.filter(({ name }) => name.includes(values.only ?? ''))) {
    const tasks = values.tasks === undefined ? scenario.tasks : Number(values.tasks);
    const { seconds, perSecond } = await scenario.run(tasks);
    rows.push({
      scenario: scenario.name,
      tasks,
      seconds: Number(seconds.toFixed(2)),
      perSecond,
      floor: scenario.floor ?? null,
    });
    if (values.check && scenario.floor !== undefined && perSecond < scenario.floor) process.exitCode = 1;
  }
  if (values.json) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  process.stdout.write(
    `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})\n\n`,
  );
  process.stdout.write('| scenario | tasks | seconds | tasks/s | floor |\n|---|---|---|---|---|\n');
  for (const row of rows)
    process.stdout.write(
      `| ${row.scenario} | ${row.tasks} | ${row.seconds} | ${row.perSecond} | ${row.floor ?? ''} |\n`,
    );
}
