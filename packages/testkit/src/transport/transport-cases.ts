import { consumeCases } from './cases/consume-cases.ts';
import { contentCases } from './cases/content-cases.ts';
import { delayCases } from './cases/delay-cases.ts';
import { leaseCases } from './cases/lease-cases.ts';
import { lifecycleCases } from './cases/lifecycle-cases.ts';
import { manageCases } from './cases/manage-cases.ts';
import { networkCases } from './cases/network-cases.ts';
import { prefetchCases } from './cases/prefetch-cases.ts';
import { priorityCases } from './cases/priority-cases.ts';
import { publishCases } from './cases/publish-cases.ts';
import { routingCases } from './cases/routing-cases.ts';
import { settleCases } from './cases/settle-cases.ts';
import type { TransportCase } from './cases/transport-case.ts';

/** Every check of a transport, as data. */
export const transportCases: readonly TransportCase[] = Object.freeze([
  ...lifecycleCases,
  ...publishCases,
  ...contentCases,
  ...settleCases,
  ...prefetchCases,
  ...consumeCases,
  ...manageCases,
  ...routingCases,
  ...priorityCases,
  ...delayCases,
  ...leaseCases,
  ...networkCases,
]);
