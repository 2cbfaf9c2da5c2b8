import { transportConformance } from '../vitest.ts';
import { referenceTransport } from './reference-transport.fixture.ts';

transportConformance('reference', { create: (request) => referenceTransport('reference://conformance', request) });
