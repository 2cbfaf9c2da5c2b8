import { processLink } from './child-link.ts';
import { ChildMain } from './child-main.ts';
import type { ChildSetup } from './child-messages.ts';
import { Claims } from './claims.ts';
import { watchParent } from './parent-watch.ts';

const claims = new Claims();
const setup = JSON.parse(process.argv[2]!) as ChildSetup;
process.title = `celeriac pool process of ${setup.hostname}`;
const child = new ChildMain({ setup, link: processLink, claims });
// A terminal sends SIGINT to the whole group, and so do many supervisors with SIGTERM: only the parent decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const) process.on(signal, () => {});
await child.start(() => watchParent(claims.buffer));
