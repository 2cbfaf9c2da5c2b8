import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { main } from './main.ts';

/** Runs the command in this process. */
async function run(...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const code = await main(argv, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    env: {},
    cwd: import.meta.dirname,
  });
  return { code, ...written };
}

const commands = [
  'worker',
  'call',
  'result',
  'purge',
  'graph',
  'list',
  'migrate',
  'shell',
  'report',
  'doctor',
  'quarantine',
  'completion',
];

describe('help', () => {
  it('lists every command', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  it.each([...commands, 'quarantine list', 'quarantine requeue', 'quarantine drop'])('describes %s', async (words) => {
    const { code, stdout, stderr } = await run(...words.split(' '), '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: celeriac ${words}`);
    expect(stdout).toContain('--json');
    expect(stderr).toBe('');
  });

  it.each(commands)('gives examples of %s', async (name) => {
    expect((await run(name, '--help')).stdout).toContain(`Examples:\n  $ celeriac`);
  });

  it('prints the version', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await run('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });
});

describe('a wrong command line ends with exit code 2, one line and a hint', () => {
  it.each([
    [[], 'No command was given.', 'celeriac --help lists them.'],
    [['wroker'], "Unknown command 'wroker'.", 'Did you mean worker?'],
    [['quarantine', 'lst'], "Unknown command 'lst'.", 'Did you mean list?'],
    [['worker', '--cncurrency', '3'], "Unknown option '--cncurrency'.", 'Did you mean --concurrency?'],
    [['--jsn', 'report'], "Unknown option '--jsn'.", 'Did you mean --json?'],
    [['call'], "Missing required argument 'task'.", 'Add --help to see what is possible.'],
    [
      ['result', 'a', 'b'],
      "Too many arguments for 'result'. Expected 1 argument but got 2.",
      'Add --help to see what is possible.',
    ],
    [['worker', '-c'], "Option '-c, --concurrency <count>' argument missing.", 'Add --help to see what is possible.'],
    [
      ['worker', '-P', 'asnyc'],
      '--pool must be one of prefork, threads, async, solo, or the name of a package, got "asnyc".',
      'Did you mean async?',
    ],
    [
      ['worker', '-l', 'wrning'],
      '--loglevel must be one of debug, info, warning, error, critical, fatal, got "wrning".',
      'Did you mean warning?',
    ],
    [['worker', '-c', 'x'], '--concurrency must be a whole number from 1 to 10000, got "x".', undefined],
    [['worker', '-c', '0'], '--concurrency must be a whole number from 1 to 10000, got "0".', undefined],
    [['worker', '-c', '1e6'], '--concurrency must be a whole number from 1 to 10000, got "1e6".', undefined],
    [
      ['worker', '--prefetch-multiplier', '-1'],
      '--prefetch-multiplier must be a whole number from 0 to 10000, got "-1".',
      undefined,
    ],
    [['list', 'taks'], 'what must be one of tasks, queues, bindings, got "taks".', 'Did you mean tasks?'],
    [['completion', 'tcsh'], 'shell must be one of bash, zsh, fish, got "tcsh".', undefined],
    [['call', 'add', '--timeout', '3'], '--timeout is of use only together with --wait.', undefined],
    [
      ['call', 'add', '--args', '[1,'],
      '--args is not valid JSON at position 3, its end.',
      'Put single quotes around it, so that the shell keeps the double quotes.',
    ],
    [['call', 'add', '--kwargs', '[]'], '--kwargs must be a JSON object.', 'Write {"x": 1}.'],
    [['call', 'add', '--eta', 'soon'], '--eta must be an ISO 8601 time, got "soon".', 'Write 2027-01-31T08:30:00Z.'],
    [['call', 'add', '--countdown', '-1'], '--countdown must be a number from 0 on, got "-1".', undefined],
    [['call', 'add', '--priority', '256'], '--priority must be a whole number from 0 to 255, got "256".', undefined],
    [
      ['report'],
      'Which app? Name its module with -A, or set CELERY_APP.',
      'celeriac -A ./src/tasks.ts …; for a broker without an app: celeriac --broker <url> …',
    ],
    [
      ['purge'],
      'purge asks before it drops messages, and there is no terminal to ask on.',
      'Add -f to drop them without asking.',
    ],
  ] as const)('%j', async (argv, message, hint) => {
    const { code, stdout, stderr } = await run(...argv);
    expect(stderr).toBe(`celeriac: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    const inJson = await run(...argv, '--json');
    expect(inJson.code).toBe(2);
    expect(JSON.parse(inJson.stderr)).toEqual({ error: { code: 'CLR_USAGE', message, hint: hint ?? null } });
  });

  it('shows a stack trace with --debug only', async () => {
    expect((await run('wroker', '--debug')).stderr).toMatch(/\n {4}at /);
    expect((await run('wroker')).stderr).not.toMatch(/\n {4}at /);
  });
});

describe('completion', () => {
  it.each([
    ['commands', ['wor'], 'worker\t'],
    ['options', ['worker', '--prefetch'], '--prefetch-multiplier\t'],
    ['values', ['worker', '--pool', 'as'], 'async\t'],
    ['arguments', ['list', 'bi'], 'bindings\t'],
  ])('knows %s', async (_what, words, expected) => {
    const lines: string[] = [];
    const log = console.log;
    console.log = (line: string) => lines.push(line);
    try {
      expect((await run('complete', '--', ...words)).code).toBe(0);
    } finally {
      console.log = log;
    }
    expect(lines.join('\n')).toContain(expected);
  });
});
