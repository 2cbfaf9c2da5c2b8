import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { UsageError } from '../cli-error.ts';
import type { CommandCode } from '../definitions/define.ts';

/** How long systemd waits for running tasks before it kills the worker. */
const STOP_SECONDS = 300;

/** `celeriac systemd`: prints the units; installs nothing. */
export const systemdCommand: CommandCode = async ({ globals, output }, positional, options) => {
  if (globals.app === undefined) {
    throw new UsageError('-A', 'Which app? Name its module with -A, or set CELERY_APP.');
  }
  const kind = positional[1] ?? 'worker';
  const units = unitsOf({
    app: globals.app,
    workdir: globals.workdir,
    user: (options['user'] as string | undefined) ?? userInfo().username,
    node: process.execPath,
    launcher: resolve(process.argv[1] ?? 'node_modules/.bin/celeriac'),
    args: positional.slice(2),
  });
  const unit = kind === 'beat' ? units.beat : units.worker;
  output.data({ file: unit.file, text: unit.text }, () => `# /etc/systemd/system/${unit.file}\n${unit.text}`);
  return 0;
};

interface UnitParts {
  readonly app: string;
  readonly workdir: string;
  readonly user: string;
  readonly node: string;
  readonly launcher: string;
  readonly args: readonly string[];
}

interface Unit {
  readonly file: string;
  readonly text: string;
}

function unitsOf(parts: UnitParts): { readonly worker: Unit; readonly beat: Unit } {
  const args = parts.args.length === 0 ? '' : ` ${parts.args.map(unitWord).join(' ')}`;
  return {
    worker: {
      // One unit for any number of workers: celeriac-worker@1, celeriac-worker@2.
      file: 'celeriac-worker@.service',
      text: unitText(parts, 'Celeriac worker %i', `worker -n worker%i@%%h${args}`),
    },
    beat: { file: 'celeriac-beat.service', text: unitText(parts, 'Celeriac beat', `beat${args}`) },
  };
}

function unitText({ app, workdir, user, node, launcher }: UnitParts, description: string, command: string): string {
  const program = [node, launcher, '-A', app].map(unitWord).join(' ');
  return [
    '[Unit]',
    `Description=${description}`,
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=simple',
    `User=${user}`,
    `WorkingDirectory=${workdir}`,
    '# URLs with passwords belong here: CELERY_BROKER_URL=…, CELERY_RESULT_BACKEND=…',
    'EnvironmentFile=-/etc/default/celeriac',
    `ExecStart=${program} ${command}`,
    '# SIGTERM to the main process only: it lets running tasks end, and ends its children itself.',
    'KillMode=mixed',
    'KillSignal=SIGTERM',
    `TimeoutStopSec=${STOP_SECONDS}`,
    'Restart=always',
    'RestartSec=5',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** A word of a command line as systemd reads it. */
function unitWord(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}
