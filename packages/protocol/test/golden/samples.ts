import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('fixtures/', import.meta.url));

/** One golden file: what a running Celery 5.2.6 wrote. */
export interface Sample {
  /** `messages/basic-delay.json` */
  readonly file: string;
  readonly content: { readonly [key: string]: unknown };
}

/** All golden files, sorted by name. */
export function readSamples(): Sample[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => ({
    file: file.replaceAll('\\', '/'),
    content: JSON.parse(readFileSync(folder + file, 'utf8')) as Sample['content'],
  }));
}

/** A captured text or bytes. */
export interface RawCapture {
  readonly utf8?: string;
  readonly base64?: string;
}

/** The captured bytes. */
export function bytesOf(raw: RawCapture): Uint8Array {
  return raw.utf8 !== undefined ? Buffer.from(raw.utf8, 'utf8') : Buffer.from(raw.base64!, 'base64');
}

/** A message or a stored value in a sample; which keys are there says what it is. */
export interface Capture {
  readonly raw?: RawCapture;
  readonly envelope?: { readonly [key: string]: unknown };
  readonly decoded?: unknown;
  readonly body_raw?: RawCapture;
  readonly body?: unknown;
  readonly channel?: unknown;
  readonly key?: unknown;
  readonly method?: unknown;
  readonly args?: { readonly [key: string]: unknown };
  readonly properties?: { readonly [key: string]: unknown };
}

/** Every object in a sample that carries captured bytes, in document order. */
export function capturesOf(value: unknown): Capture[] {
  if (Array.isArray(value)) return value.flatMap(capturesOf);
  if (typeof value !== 'object' || value === null) return [];
  if (isCapture(value)) return [value];
  return Object.values(value).flatMap(capturesOf);
}

function isCapture(value: object): value is Capture {
  const { raw, body_raw } = value as { raw?: unknown; body_raw?: unknown };
  return (typeof raw === 'object' && raw !== null) || (typeof body_raw === 'object' && body_raw !== null);
}

/** Every argument of a captured Redis command that is text. */
export function commandTexts(sample: Sample): string[] {
  const commands = (sample.content['commands'] ?? sample.content['backend_commands'] ?? []) as { cmd?: unknown[] }[];
  return commands.flatMap((command) => command.cmd ?? []).filter((argument) => typeof argument === 'string');
}
