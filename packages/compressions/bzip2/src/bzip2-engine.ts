import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type WasmMemory, type WasmModule, webAssembly } from './web-assembly.ts';

/** What a call of the C library gave. */
export type Bzip2Answer =
  | { readonly outcome: 'done'; readonly bytes: Uint8Array }
  | { readonly outcome: 'output-full' | 'truncated' | 'no-bzip2' | 'corrupt' | 'out-of-memory' };

type Failure = Exclude<Bzip2Answer['outcome'], 'done'>;

/** The functions of libbzip2 as the WebAssembly module exports them; numbers are addresses and sizes. */
interface Bzip2Exports {
  readonly memory: WasmMemory;
  malloc(size: number): number;
  free(address: number): void;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  BZ2_bzBuffToBuffCompress(
    target: number,
    targetSize: number,
    source: number,
    sourceSize: number,
    blockSize: number,
    verbosity: number,
    workFactor: number,
  ): number;
  BZ2_bzBuffToBuffDecompress(
    target: number,
    targetSize: number,
    source: number,
    sourceSize: number,
    small: number,
    verbosity: number,
  ): number;
}

const failures: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [-3, 'out-of-memory'],
  [-4, 'corrupt'],
  [-5, 'no-bzip2'],
  [-7, 'truncated'],
  [-8, 'output-full'],
]);

/** WebAssembly memory never shrinks, so an instance that grew beyond this is thrown away. */
const LARGEST_KEPT_BYTES = 48 * 1024 * 1024;
/** As Python's bz2 compresses. */
const BLOCK_SIZE = 9;

/**
 * libbzip2, loaded at the first call. The module is instantiated here and not by the script that comes with it, since
 * that script installs handlers for uncaught errors in the process and sets globals.
 */
export class Bzip2Engine {
  #module: WasmModule | undefined;
  #library: Bzip2Exports | undefined;

  compress(body: Uint8Array): Bzip2Answer {
    // The worst case that libbzip2 documents.
    const capacity = body.length + Math.ceil(body.length / 100) + 600;
    return this.#run(body, capacity, (library, target, targetSize, source) =>
      library.BZ2_bzBuffToBuffCompress(target, targetSize, source, body.length, BLOCK_SIZE, 0, 0),
    );
  }

  /** @param capacity - bytes of output that there is room for */
  decompress(body: Uint8Array, capacity: number): Bzip2Answer {
    return this.#run(body, capacity, (library, target, targetSize, source) =>
      library.BZ2_bzBuffToBuffDecompress(target, targetSize, source, body.length, 0, 0),
    );
  }

  #run(
    body: Uint8Array,
    capacity: number,
    call: (library: Bzip2Exports, target: number, targetSize: number, source: number) => number,
  ): Bzip2Answer {
    this.#library ??= this.#load();
    const library = this.#library;
    const addresses: number[] = [];
    try {
      for (const size of [4, Math.max(1, body.length), Math.max(1, capacity)]) {
        const address = library.malloc(size);
        if (address === 0) return { outcome: 'out-of-memory' };
        addresses.push(address);
      }
      const [targetSize, source, target] = addresses as [number, number, number];
      // Views only after the last allocation: growing the memory detaches older ones.
      new Uint8Array(library.memory.buffer).set(body, source);
      new DataView(library.memory.buffer).setUint32(targetSize, capacity, true);
      return readAnswer(library, call(library, target, targetSize, source), target, targetSize);
    } catch {
      // A trap leaves the instance in an unknown state.
      this.#library = undefined;
      return { outcome: 'corrupt' };
    } finally {
      this.#release(addresses);
    }
  }

  #release(addresses: readonly number[]): void {
    const library = this.#library;
    if (library === undefined) return;
    if (library.memory.buffer.byteLength > LARGEST_KEPT_BYTES) this.#library = undefined;
    else for (const address of addresses) library.free(address);
  }

  #load(): Bzip2Exports {
    this.#module ??= new webAssembly.Module(readFileSync(wasmFile()));
    let memory: WasmMemory | undefined;
    const imports = {
      env: {
        exit: (code: number): never => {
          throw new Error(`libbzip2 gave up with code ${code}`);
        },
        emscripten_memcpy_big: (to: number, from: number, size: number) => {
          new Uint8Array(memory!.buffer).copyWithin(to, from, from + size);
        },
        emscripten_resize_heap: (bytes: number) => (grow(memory!, bytes >>> 0) ? 1 : 0),
      },
      // The library's own messages: there is nowhere to write them to.
      wasi_snapshot_preview1: { fd_close: () => 8, fd_write: () => 8, fd_seek: () => 8 },
    };
    const library = new webAssembly.Instance(this.#module, imports).exports as unknown as Bzip2Exports;
    memory = library.memory;
    library.emscripten_stack_init();
    library.__wasm_call_ctors();
    return library;
  }
}

function wasmFile(): string {
  return createRequire(import.meta.url).resolve('bzip2-wasm/bzip2-1.0.8/bzip2.wasm');
}

const PAGE_BYTES = 65_536;

function grow(memory: WasmMemory, bytes: number): boolean {
  try {
    memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES));
    return true;
  } catch {
    return false;
  }
}

function readAnswer(library: Bzip2Exports, code: number, target: number, targetSize: number): Bzip2Answer {
  if (code !== 0) return { outcome: failures.get(code) ?? 'corrupt' };
  const size = new DataView(library.memory.buffer).getUint32(targetSize, true);
  return { outcome: 'done', bytes: new Uint8Array(library.memory.buffer, target, size).slice() };
}
