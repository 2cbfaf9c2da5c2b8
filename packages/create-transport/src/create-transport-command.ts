import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type CreatedTransport, createTransport } from './create-transport.ts';
import { UsageError } from './usage-error.ts';

/** Where a command prints. */
export interface CommandOutput {
  out(text: string): void;
  err(text: string): void;
}

const HELP = `Generates the package of a new transport for Celeriac.

Usage: npm create @celeriac/transport <name> -- [options]

  <name>              lower-case words joined by hyphens: my-broker. It becomes the scheme of the URL, my-broker://

  --folder <path>     where to write; a new or empty folder (default: ./celeriac-transport-<name>)
  --package <name>    name of the package (default: celeriac-transport-<name>)
  --json              print what was done as JSON
  --help              print this
  --version           print the version
`;

const OPTIONS = {
  folder: { type: 'string' },
  package: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

/**
 * The command line of this package.
 * @param args - without `node` and the program
 * @returns the exit code: 0, 2 for a wrong command line, 1 when the files could not be written
 */
export function createTransportCommand(args: readonly string[], output: CommandOutput): number {
  const isJson = args.includes('--json');
  try {
    return run(args, output);
  } catch (error) {
    const { code, message, hint } = describeError(error);
    if (isJson) output.err(`${JSON.stringify({ error: { code, message, ...(hint !== undefined && { hint }) } })}\n`);
    else output.err(`${message}${hint === undefined ? '' : ` ${hint}`}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function run(args: readonly string[], output: CommandOutput): number {
  const { values, positionals } = parse(args);
  if (values.help) output.out(HELP);
  else if (values.version) output.out(`${ownVersion()}\n`);
  else {
    const [name, ...more] = positionals;
    if (name === undefined) throw new UsageError('The name of the transport', 'is missing', 'Try --help.');
    if (more.length > 0) throw new UsageError(JSON.stringify(more[0]), 'is one argument too many', 'Try --help.');
    const created = createTransport({
      name,
      ...(values.folder !== undefined && { folder: values.folder }),
      ...(values.package !== undefined && { packageName: values.package }),
    });
    output.out(values.json ? `${JSON.stringify(created)}\n` : summary(name, created));
  }
  return 0;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const { message } = describeError(error);
    throw new UsageError('The command line', `cannot be read: ${message.replace(/\.\s.*|\.$/s, '')}`, 'Try --help.');
  }
}

function summary(name: string, { folder, packageName, files }: CreatedTransport): string {
  const shown = relative(process.cwd(), folder) || '.';
  return [
    `${packageName}: ${files.length} files in ${shown}`,
    ...files.map((file) => `  ${file}`),
    '',
    'Next:',
    `  cd ${shown}`,
    '  npm install',
    '  npm test                 every conformance case fails until the store is written',
    `  src/${name}-queue-store.ts   write its eight methods`,
    '',
  ].join('\n');
}

function ownVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function describeError(error: unknown): { readonly code: string; readonly message: string; readonly hint?: string } {
  if (error instanceof UsageError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return { code: code ?? 'CLR_FAILED', message };
}
