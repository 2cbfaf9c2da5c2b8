// Some nodes in a process of their own, which can be stopped: says "ready" over IPC.
import { Celeriac } from '@celeriac/core';
import { lightNodes } from './light-nodes.ts';

const [brokerUrl = '', controlExchange = '', ...names] = process.argv.slice(2);
const app = new Celeriac('nodes', { brokerUrl, controlExchange, configFile: false, environment: {} });
const nodes = await lightNodes(app, names);
process.send?.('ready');
process.once('disconnect', async () => {
  await nodes.stop();
  await app.close();
});
