import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import { packageTests } from '../vitest/package-tests.ts';

const releases = fileURLToPath(new URL('src/releases-setup.ts', import.meta.url));

export default mergeConfig(packageTests(), { test: { globalSetup: [releases] } });
