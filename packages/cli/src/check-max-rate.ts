import { escapeForLog } from '@celeriac/protocol';
import { UsageError } from './cli-error.ts';

/** @throws {UsageError} for a text that is no rate above 0, such as `10/m` */
export function checkMaxRate(text: string | undefined): string | undefined {
  if (text === undefined || /^(?=.*[1-9])\d+(?:\.\d+)?(?:\/[smh])?$/.test(text)) return text;
  throw new UsageError('--maxrate', `--maxrate must be a rate such as 10/m, got "${escapeForLog(text, 40)}".`);
}
