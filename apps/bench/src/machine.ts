import { availableParallelism, cpus, release, totalmem } from 'node:os';

const GIBIBYTE = 1024 ** 3;

/** The machine in one line, for the head of a table. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  const memory = Math.round(totalmem() / GIBIBYTE);
  return `Node ${process.version}, ${availableParallelism()} cores (${model}), ${memory} GiB, ${process.platform} ${release()}`;
}
