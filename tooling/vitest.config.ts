import { packageTests } from './vitest/package-tests.ts';

export default packageTests(['!(interop)/**/*.test.ts']);
