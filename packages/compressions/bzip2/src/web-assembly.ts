/** Memory of a WebAssembly instance. */
export interface WasmMemory {
  /** Replaced whenever the memory grows; views on the old one are dead then. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module; only good for making instances. */
export type WasmModule = object;

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
}

/** The part of WebAssembly that is used here. TypeScript declares it only together with a browser's DOM. */
export const webAssembly: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;
