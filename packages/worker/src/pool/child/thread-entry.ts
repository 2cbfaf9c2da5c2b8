import { workerData } from 'node:worker_threads';
import { threadLink } from './child-link.ts';
import { ChildMain } from './child-main.ts';
import type { ChildSetup } from './child-messages.ts';
import { Claims } from './claims.ts';

/** What a thread of the pool is started with. */
export interface ThreadData {
  readonly setup: ChildSetup;
  readonly claims: SharedArrayBuffer;
}

const { setup, claims } = workerData as ThreadData;
await new ChildMain({ setup, link: threadLink, claims: new Claims(claims) }).start(() => {});
