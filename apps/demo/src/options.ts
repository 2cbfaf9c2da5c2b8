import { parseArgs } from 'node:util';

/** What the demo was asked to do. */
export interface DemoOptions {
  readonly files: string;
  readonly broker: string;
  readonly backend: string;
  readonly workers: number;
  readonly top: number;
  readonly json: boolean;
  readonly help: boolean;
}

export const HELP = `Counts the words of a folder with Celeriac.

Usage: npm run demo -- [folder] [options]

  folder              what to read; this repository's own tree by default
  --broker <url>      where messages wait: sqlite:, redis:, amqp:, postgresql:, mysql: (default: a fresh SQLite file;
                      memory:// runs the worker inside this process)
  --backend <url>     where results are kept: the same, or rpc:// through the broker (default: the same URL;
                      rpc:// for RabbitMQ)
  --workers <n>       worker processes that count (default 2)
  --top <n>           rows of the final table (default 10)
  --json              print the answer as JSON and nothing else
  --help              this text
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/**
 * @param argv - the arguments without node and the script
 * @param fallback - folder and database to use when none is given
 * @throws {UsageError}
 */
export function demoOptions(
  argv: readonly string[],
  fallback: { readonly files: string; readonly url: string },
): DemoOptions {
  const { values, positionals } = parse(argv);
  if (positionals.length > 1) throw new UsageError(`One folder, not ${positionals.length}: ${positionals.join(', ')}`);
  const broker = values.broker ?? fallback.url;
  return {
    files: positionals[0] ?? values.files ?? fallback.files,
    broker,
    // A message broker alone keeps no results; they can travel through it.
    backend: values.backend ?? (/^(py)?amqps?:/.test(broker) ? 'rpc://' : broker),
    workers: count('--workers', values.workers ?? '2'),
    top: count('--top', values.top ?? '10'),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        files: { type: 'string' },
        broker: { type: 'string' },
        backend: { type: 'string' },
        workers: { type: 'string' },
        top: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new UsageError(`${name} must be a whole number from 1 to 64, not "${text}".`);
}
