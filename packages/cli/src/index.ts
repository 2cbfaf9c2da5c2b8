export { type MainOptions, main } from './main.ts';
export type { OutputStream } from './output.ts';
