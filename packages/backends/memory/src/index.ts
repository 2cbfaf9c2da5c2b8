export { memoryCapabilities } from './capabilities.ts';
export { type MemoryBackendOptions, memoryBackend } from './memory-backend.ts';
export { backend } from './memory-plugin.ts';
export { MemoryResults } from './memory-results.ts';
export { sharedMemoryResults } from './shared-results.ts';
