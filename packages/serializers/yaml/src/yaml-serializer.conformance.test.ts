import { serializerConformance } from '@celeriac/testkit/vitest';
import { yamlSerializer } from './yaml-serializer.ts';

serializerConformance('yaml', { serializer: yamlSerializer });
