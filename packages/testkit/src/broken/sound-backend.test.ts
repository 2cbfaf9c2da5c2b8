import { backendConformance } from '../vitest.ts';
import { flawedBackendOptions } from './backend-flaw.fixture.ts';

backendConformance('sound', flawedBackendOptions());
