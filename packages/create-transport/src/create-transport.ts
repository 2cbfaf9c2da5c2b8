import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Blanks, renderTemplate } from './render-template.ts';
import { type TransportNames, transportNames } from './transport-names.ts';
import { UsageError } from './usage-error.ts';

/** What to generate. */
export interface CreateTransportRequest {
  /** `my-broker`. */
  readonly name: string;
  /** Where; a new or empty folder. Default: the package's name without its scope, below `workingDirectory`. */
  readonly folder?: string;
  /** Default `celeriac-transport-<name>`. */
  readonly packageName?: string;
  /** What a relative folder starts from. Default: the process's. */
  readonly workingDirectory?: string;
}

/** What was generated. */
export interface CreatedTransport {
  /** Absolute. */
  readonly folder: string;
  readonly packageName: string;
  /** Relative to the folder, in order. */
  readonly files: readonly string[];
}

const SUFFIX = '.template';
/** Beside src/ and dist/ alike. */
const templateFolder = fileURLToPath(new URL('../template/', import.meta.url));

/**
 * Generates the package of a new transport: complete but for the eight methods of its queue store.
 * @throws {UsageError} for a bad name, or a folder that is not empty; nothing is written then
 */
export function createTransport(request: CreateTransportRequest): CreatedTransport {
  const names = transportNames(request.name, request.packageName);
  const folder = targetFolder(request, names);
  const blanks = blanksOf(names);
  const files: string[] = [];
  for (const source of globSync(`**/*${SUFFIX}`, { cwd: templateFolder }).sort()) {
    const file = renderTemplate(targetName(source), blanks);
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, renderTemplate(readFileSync(join(templateFolder, source), 'utf8'), blanks));
    files.push(file);
  }
  return { folder, packageName: names.package, files };
}

function targetFolder(request: CreateTransportRequest, names: TransportNames): string {
  const wanted = request.folder ?? names.package.replace(/^@.*\//, '');
  const folder = resolve(request.workingDirectory ?? process.cwd(), wanted);
  if (existsSync(folder) && !isEmptyFolder(folder)) {
    throw new UsageError(`The folder ${folder}`, 'is not empty', 'Name another one with --folder.');
  }
  return folder;
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // A file stands there.
    return false;
  }
}

function blanksOf(names: TransportNames): Blanks {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return new Map([...Object.entries(names), ['version', `^${version}`]]);
}

/** npm leaves a `.gitignore` out of what it publishes, so the template calls it otherwise. */
function targetName(source: string): string {
  const name = source.replaceAll('\\', '/').slice(0, -SUFFIX.length);
  return name === 'gitignore' ? '.gitignore' : name;
}
