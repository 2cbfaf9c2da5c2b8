import { transportConformance } from '../vitest.ts';
import { flawedOptions } from './transport-flaw.fixture.ts';

transportConformance('sound', flawedOptions());
