import { parseArgs } from 'node:util';
import { isServiceName, SERVICE_NAMES, type ServiceName } from './service-names.ts';

/** What `npm run services` was asked for. */
export interface ServiceOptions {
  readonly names: readonly ServiceName[];
  readonly json: boolean;
  readonly help: boolean;
}

/** The servers that start when nobody says which. */
export const USUAL_SERVICES: readonly ServiceName[] = ['redis', 'rabbitmq', 'postgres', 'mariadb'];

export const SERVICES_HELP = `Starts servers to play with, on free ports of 127.0.0.1, until Ctrl-C. Their data goes with them.

Usage: npm run services -- [names...] [options]

  names     ${SERVICE_NAMES.join(', ')} (default: ${USUAL_SERVICES.join(', ')})
  --json    print {"name": "url", ...} on one line as soon as all are up, and nothing else
  --help    this text`;

/** Reads the arguments. @throws {TypeError} on an unknown option {@link RangeError} on an unknown name */
export function readServiceOptions(args: readonly string[]): ServiceOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const names = positionals.map((name) => {
    if (isServiceName(name)) return name;
    throw new RangeError(`There is no service called ${name}. There are: ${SERVICE_NAMES.join(', ')}`);
  });
  const wanted = names.length > 0 ? [...new Set(names)] : USUAL_SERVICES;
  return { names: wanted, json: values.json === true, help: values.help === true };
}

/** Command lines that run the demo on what is up: each server for itself, and RabbitMQ with a store beside it. */
export function demoLines(urls: ReadonlyMap<ServiceName, string>): readonly string[] {
  const alone: readonly ServiceName[] = ['redis', 'postgres', 'mariadb'];
  const stores = alone.flatMap((name) => urls.get(name) ?? []);
  const lines = stores.map((url) => `npm run demo -- --broker ${url}`);
  const rabbit = urls.get('rabbitmq');
  if (rabbit === undefined) return lines;
  const store = stores[0];
  return [...lines, `npm run demo -- --broker ${rabbit} --backend ${store ?? 'rpc://'}`];
}
