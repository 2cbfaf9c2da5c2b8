import { linkSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { BeatLockedError, BeatStoreError } from './beat-store-errors.ts';

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the kernel's words: numbers of processes are used again. */
  readonly began: string;
}

/** Longest time that somebody takes to put a dead holder's lock aside. */
const ASIDE_MS = 10_000;

/** A lock file beside another file. The lock of a process that has died is nobody's. */
export class FileLock {
  readonly #file: string;
  readonly #lock: string;
  #isHeld = false;

  constructor(file: string) {
    this.#file = file;
    this.#lock = `${file}.lock`;
  }

  /** @throws {BeatLockedError} while another process lives that holds it */
  take(): void {
    if (this.#isHeld) return;
    // Written elsewhere first: whoever sees the lock sees who holds it.
    const mine = `${this.#lock}.${process.pid}`;
    try {
      writeFileSync(mine, JSON.stringify(thisProcess()));
    } catch (cause) {
      throw new BeatStoreError(this.#file, `its folder cannot be written: ${messageOf(cause)}`, { cause });
    }
    try {
      if (!link(mine, this.#lock)) this.#takeFromDead(mine);
    } finally {
      rmSync(mine, { force: true });
    }
    this.#isHeld = true;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (this.#holder()?.pid === process.pid) rmSync(this.#lock, { force: true });
  }

  #takeFromDead(mine: string): void {
    const holder = this.#holder();
    if (holder !== undefined && isAlive(holder)) throw new BeatLockedError(this.#file, holder.pid);
    // Of several that find a dead holder one puts its lock aside.
    const aside = `${this.#lock}.aside`;
    if (!link(mine, aside)) {
      if (ageMs(aside) > ASIDE_MS) rmSync(aside, { force: true });
      throw new BeatLockedError(this.#file, this.#read(aside)?.pid ?? 0);
    }
    try {
      const now = this.#holder();
      if (now !== undefined && isAlive(now)) throw new BeatLockedError(this.#file, now.pid);
      rmSync(this.#lock, { force: true });
      if (!link(mine, this.#lock)) throw new BeatLockedError(this.#file, this.#holder()?.pid ?? 0);
    } finally {
      unlinkSync(aside);
    }
  }

  #holder(): Holder | undefined {
    return this.#read(this.#lock);
  }

  #read(file: string): Holder | undefined {
    try {
      const { pid, host, began } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
      return Number.isInteger(pid) ? { pid: pid!, host: String(host), began: String(began) } : undefined;
    } catch {
      return undefined;
    }
  }
}

/** @returns false when `to` is there already */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function thisProcess(): Holder {
  return { pid: process.pid, host: hostname(), began: beganAt(process.pid) };
}

/** A holder on another machine, seen over a shared folder, counts as alive. */
function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return began === '' || began === beganAt(pid);
}

/** Field 22 of Linux's stat; empty elsewhere. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
