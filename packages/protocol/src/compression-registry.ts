import { brotliCompression, type Compression, zlibCompression, zstdCompression } from './compression.ts';
import { closest } from './did-you-mean.ts';
import { UnknownCompressionError } from './protocol-errors.ts';

/** The compressions an application knows, by name, alias and content type. Starts with zlib, brotli and zstd. */
export class CompressionRegistry {
  readonly #byName = new Map<string, Compression>();
  readonly #byType = new Map<string, Compression>();

  constructor(compressions: readonly Compression[] = []) {
    for (const compression of [zlibCompression, brotliCompression, zstdCompression, ...compressions])
      this.register(compression);
  }

  /** Adds a compression; one of the same name, alias or content type is replaced. */
  register(compression: Compression): void {
    for (const name of [compression.name, ...compression.aliases]) this.#byName.set(name, compression);
    this.#byType.set(compression.contentType, compression);
  }

  /** The names and aliases that settings may use. */
  names(): string[] {
    return [...this.#byName.keys()];
  }

  /**
   * @param name - a name, an alias or a content type
   * @throws {UnknownCompressionError} with the nearest known name
   */
  byName(name: string): Compression {
    const compression = this.#byName.get(name) ?? this.#byType.get(name);
    if (compression === undefined) throw this.#unknown(name);
    return compression;
  }

  /** @throws {UnknownCompressionError} */
  byContentType(contentType: string): Compression {
    const compression = this.#byType.get(contentType) ?? this.#byType.get(contentType.trim().toLowerCase());
    if (compression === undefined) throw this.#unknown(contentType);
    return compression;
  }

  #unknown(name: string): UnknownCompressionError {
    const near = closest(name, this.#byName.keys());
    const hint =
      near === undefined ? `Install and register it; known are ${this.names().join(', ')}.` : `Did you mean "${near}"?`;
    return new UnknownCompressionError(name.slice(0, 100), { hint });
  }
}
