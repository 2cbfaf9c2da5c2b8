import { installCommand, packageFor, packageInScheme } from '@celeriac/core/internal';
import { isRecord, maskUrl, parseUrl } from '@celeriac/protocol';
import { CommandFailedError } from '../cli-error.ts';
import type { CommandCode } from '../definitions/define.ts';
import { importPackage, packageFolders } from '../import-package.ts';
import { type OpenApp, withApp } from '../open-app.ts';

/** One store to migrate. */
interface Target {
  readonly kind: 'broker' | 'result store';
  readonly url: string;
}

/** What became of one store. */
interface Migrated {
  readonly kind: Target['kind'];
  readonly url: string;
  /** Names of the migrations applied now; null: this store has no tables. */
  readonly applied: readonly string[] | null;
}

/** `celeriac migrate`. */
export const migrateCommand: CommandCode = async ({ globals, output }) => {
  return withApp(globals, async (open) => {
    const folders = packageFolders(globals.workdir, open.file);
    const done: Migrated[] = [];
    for (const target of targetsOf(open)) done.push(await migrateTarget(target, folders));
    output.data(done, () =>
      done.every(({ applied }) => applied === null) ? 'Nothing to migrate.' : done.map(migratedText).join('\n'),
    );
    return 0;
  });
};

function targetsOf({ runtime }: OpenApp): readonly Target[] {
  const { brokerUrl, brokerReadUrl, brokerWriteUrl, resultBackend } = runtime.settings;
  const brokers = [brokerUrl, brokerReadUrl ?? [], brokerWriteUrl ?? []].flat();
  return [
    ...[...new Set(brokers)].map((url): Target => ({ kind: 'broker', url })),
    ...(resultBackend === undefined ? [] : [{ kind: 'result store', url: resultBackend } as const]),
  ];
}

async function migrateTarget({ kind, url }: Target, folders: readonly string[]): Promise<Migrated> {
  const shown = maskUrl(url);
  const name = packageInScheme(url) ?? packageFor(kind, parseUrl(url).scheme);
  if (name === undefined) return { kind, url: shown, applied: null };
  const exports = await importPackage(name, folders);
  if (exports === undefined) {
    throw new CommandFailedError('migrate', `The ${kind} ${shown} needs ${name}, which is not installed.`, {
      hint: `Run: ${installCommand(name, folders[0] ?? '.')}`,
    });
  }
  if (!('migrate' in exports) || typeof exports.migrate !== 'function') return { kind, url: shown, applied: null };
  const report: unknown = await exports.migrate(url);
  const applied: unknown = isRecord(report) ? report['applied'] : undefined;
  return { kind, url: shown, applied: Array.isArray(applied) ? applied.map(String) : [] };
}

function migratedText({ kind, url, applied }: Migrated): string {
  if (applied === null) return `${kind} ${url}: nothing to migrate`;
  return `${kind} ${url}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`;
}
