import { serializerConformance } from '@celeriac/testkit/vitest';
import { msgpackSerializer } from './msgpack-serializer.ts';

serializerConformance('msgpack', { serializer: msgpackSerializer });
