import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backendCases } from './backend/backend-cases.ts';
import { serializerCases } from './serializer/serializer-cases.ts';
import { transportCases } from './transport/transport-cases.ts';

it('has as many cases as the README says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  expect(readme).toContain(
    `${transportCases.length} cases for transports, ${backendCases.length} for result stores, ${serializerCases.length} for serializers`,
  );
});
