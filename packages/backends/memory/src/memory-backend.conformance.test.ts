import { backendConformance } from '@celeriac/testkit/vitest';
import { memoryBackend } from './memory-backend.ts';
import { MemoryResults } from './memory-results.ts';

const results = new MemoryResults();

backendConformance('memory', {
  create: (context) => memoryBackend({ results, context }),
  movableClock: true,
});
