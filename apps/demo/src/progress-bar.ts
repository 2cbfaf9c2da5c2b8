/** One line that is drawn over and over; on anything but a terminal it stays silent. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream;
  readonly #enabled: boolean;

  constructor(out: NodeJS.WriteStream, enabled: boolean) {
    this.#out = out;
    this.#enabled = enabled && out.isTTY === true;
  }

  /** Draws how far a step is. */
  draw(label: string, done: number, total: number): void {
    if (!this.#enabled) return;
    const width = 30;
    const filled = total === 0 ? width : Math.round((done / total) * width);
    this.#out.write(
      `\r\x1b[K${label.padEnd(10)} [${'█'.repeat(filled)}${'░'.repeat(width - filled)}] ${done}/${total}`,
    );
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#enabled) this.#out.write('\r\x1b[K');
  }
}
