// Starts servers for a person to play with, until Ctrl-C. Run: npm run services -- --help
import type { RunningService } from './service.ts';
import type { ServiceName } from './service-names.ts';
import { demoLines, readServiceOptions, SERVICES_HELP, type ServiceOptions } from './service-options.ts';
import { startService } from './start-service.ts';

/** Signals that end it in order. */
const END: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

await main();

async function main(): Promise<void> {
  let options: ServiceOptions;
  try {
    options = readServiceOptions(process.argv.slice(2));
  } catch (error) {
    complain(error);
    return;
  }
  if (options.help) {
    console.log(SERVICES_HELP);
    return;
  }
  const ended = untilSignal();
  const uses = await Promise.allSettled(options.names.map((name) => startSaying(name, options.json)));
  const services = uses.flatMap((use) => (use.status === 'fulfilled' ? [use.value] : []));
  for (const use of uses) if (use.status === 'rejected') complain(use.reason);
  const isWhole = services.length === uses.length;
  if (isWhole) {
    say(services, options.json);
    await ended;
  }
  await Promise.all(services.map((service) => service.stop()));
  process.exit();
}

async function startSaying(name: ServiceName, quiet: boolean): Promise<RunningService> {
  const startedMs = performance.now();
  const service = await startService(name);
  if (!quiet) console.log(`${name} is up after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return service;
}

function say(services: readonly RunningService[], json: boolean): void {
  const urls = new Map(services.map((service) => [service.name, service.url]));
  if (json) {
    console.log(JSON.stringify(Object.fromEntries(urls)));
    return;
  }
  const width = Math.max(...services.map((service) => service.name.length));
  const table = services.map(
    (service) => `  ${service.name.padEnd(width)}  ${service.url}\n${nodesOf(service, width)}`,
  );
  console.log(`\n${table.join('')}`);
  for (const line of demoLines(urls)) console.log(`  ${line}`);
  console.log('\nCtrl-C ends them.');
}

/** The processes of a service that has several for clients to talk to. */
function nodesOf(service: RunningService, width: number): string {
  const parts = service.parts.filter((part) => !part.isAside);
  if (parts.length === 1) return '';
  return `${' '.repeat(width + 4)}${parts.map((part) => `${part.name} 127.0.0.1:${part.port}`).join(', ')}\n`;
}

function complain(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    // Something has to keep this process alive: the servers do not.
    const alive = setInterval(() => undefined, 1 << 30);
    for (const signal of END) {
      process.on(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}
