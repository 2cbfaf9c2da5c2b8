import { jsonSerializer } from '@celeriac/protocol';
import { serializerConformance } from '../vitest.ts';

serializerConformance('json', { serializer: jsonSerializer });
