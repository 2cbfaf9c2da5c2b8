import { ChildMain } from './child-main.ts';
import type { ChildSetup } from './child-messages.ts';

await new ChildMain(JSON.parse(process.argv[2]!) as ChildSetup).start();
