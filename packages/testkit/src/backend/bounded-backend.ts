import type {
  Backend,
  BackendCapabilities,
  ChordStore,
  GroupStore,
  ResultWatch,
  StoreReport,
  StoreRequest,
} from '@celeriac/backend';
import type { JointWork, ResultMeta } from '@celeriac/protocol';
import { within } from '../conformance/within.ts';

/** A backend whose every verb ends within `waitMs`, or fails saying which one did not. */
export class BoundedBackend implements Backend {
  readonly subject: Backend;
  readonly #waitMs: number;

  constructor(subject: Backend, waitMs: number) {
    this.subject = subject;
    this.#waitMs = waitMs;
  }

  get name(): string {
    return this.subject.name;
  }

  get url(): string {
    return this.subject.url;
  }

  get capabilities(): BackendCapabilities {
    return this.subject.capabilities;
  }

  get jointDomain(): string | undefined {
    return this.subject.jointDomain;
  }

  get groups(): GroupStore | undefined {
    const { groups } = this.subject;
    if (groups === undefined) return undefined;
    return {
      save: (groupId, members) => this.#bounded('groups.save', groups.save(groupId, members)),
      load: (groupId) => this.#bounded('groups.load', groups.load(groupId)),
    };
  }

  get chords(): ChordStore | undefined {
    const { chords } = this.subject;
    if (chords === undefined) return undefined;
    return {
      open: (groupId, size) => this.#bounded('chords.open', chords.open(groupId, size)),
      ...(chords.grow && {
        grow: (groupId: string, by: number) => this.#bounded('chords.grow', chords.grow!(groupId, by)),
      }),
      join: (part) => this.#bounded('chords.join', chords.join(part)),
      close: (groupId) => this.#bounded('chords.close', chords.close(groupId)),
    };
  }

  connect(): Promise<void> {
    return this.#bounded('connect', this.subject.connect());
  }

  store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    return this.#bounded(`store of ${requests.length}`, this.subject.store(requests, joint));
  }

  load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    return this.#bounded(`load of ${ids.length}`, this.subject.load(ids));
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    const watch = this.subject.watch(onReady);
    return {
      add: (ids) => watch.add(ids),
      remove: (ids) => watch.remove(ids),
      close: () => this.#bounded('watch.close', watch.close()),
    };
  }

  forget(ids: readonly string[]): Promise<void> {
    return this.#bounded('forget', this.subject.forget(ids));
  }

  cleanup(): Promise<number> {
    return this.#bounded('cleanup', this.subject.cleanup());
  }

  close(): Promise<void> {
    return this.#bounded('close', this.subject.close());
  }

  #bounded<T>(verb: string, promise: Promise<T>): Promise<T> {
    return within(promise, this.#waitMs, `${verb}() settles`);
  }
}
