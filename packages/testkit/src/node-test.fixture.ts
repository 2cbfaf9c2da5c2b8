// Run by `node --test`: every runner in the way an author uses it.
import { jsonSerializer } from '@celeriac/protocol';
import { flawedBackendOptions } from './broken/backend-flaw.fixture.ts';
import { messageFlaws } from './broken/message-flaws.fixture.ts';
import { flawedOptions } from './broken/transport-flaw.fixture.ts';
import { backendConformance, serializerConformance, transportConformance } from './node-test.ts';

transportConformance('sound', flawedOptions());
transportConformance('flawed', {
  ...flawedOptions(messageFlaws.find((flaw) => flaw.name === 'makes up a content type')),
  waitMs: 300,
});
backendConformance('sound', flawedBackendOptions());
serializerConformance('json', { serializer: jsonSerializer });
