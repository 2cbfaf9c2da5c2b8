import { packageTests } from './vitest/package-tests.ts';

export default packageTests(['**/*.test.ts']);
