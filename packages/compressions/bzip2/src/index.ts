export { bzip2Compression } from './bzip2-compression.ts';
