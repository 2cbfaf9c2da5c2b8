import { ensureInstalled } from './ensure-installed.ts';
import type { RunningService } from './service.ts';
import { ServiceMissingError } from './service-errors.ts';
import { type InstallName, type ServiceName, serviceVariables } from './service-names.ts';
import { type StartOptions, startService } from './start-service.ts';

/** A server that may belong to others too: leave it as it was. */
export interface SharedService {
  readonly skipped?: undefined;
  readonly name: ServiceName;
  /** Where clients connect. */
  readonly url: string;
  /** Ends it if this call started it, and otherwise does nothing. */
  stop(): Promise<void>;
}

/** A private server, or the reason why there is none. */
export type PrivateService = (RunningService & { readonly skipped?: undefined }) | SkippedService;

/** No server, and why. */
export interface SkippedService {
  readonly name: ServiceName;
  /** For people: what is missing and how to get it. */
  readonly skipped: string;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A server for tests that only use it: the one whose URL the environment holds, else a new one.
 * @returns its URL, or why there is none, which is printed too
 * @throws {ServiceMissingError} instead, under CI, where a missing server is a failure
 * @throws {ServiceFailedError} if it is there and does not come up
 */
export async function useService(
  name: ServiceName,
  env: Environment = process.env,
): Promise<SharedService | SkippedService> {
  const variables = serviceVariables(name);
  const url = env[variables.url];
  if (url) return { name, url, stop: () => Promise.resolve() };
  const known = env[variables.skip];
  if (known) return skip(name, known, env);
  return await orSkip(name, env, () => startService(name));
}

/**
 * A server of one's own for tests that kill, freeze, restart or configure it, whatever the environment holds.
 * @returns the server, or why there is none, which is printed too
 * @throws {ServiceMissingError} and {ServiceFailedError} as {@link useService}
 */
export async function usePrivateService(
  name: ServiceName,
  options: StartOptions = {},
  env: Environment = process.env,
): Promise<PrivateService> {
  return await orSkip(name, env, () => startService(name, options));
}

/** Whether a missing server is a failure: under `CI=true` or 1. */
export function isRequired(env: Environment): boolean {
  return env['CI'] !== undefined && !['', '0', 'false'].includes(env['CI']);
}

/** Installs what a service needs, or says why that is not possible; throws under CI as {@link useService} does. */
export async function installOrSkip(name: InstallName, env: Environment = process.env): Promise<string | undefined> {
  try {
    await ensureInstalled(name);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceMissingError) || isRequired(env)) throw error;
    return error.message;
  }
}

async function orSkip<T>(name: ServiceName, env: Environment, start: () => Promise<T>): Promise<T | SkippedService> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof ServiceMissingError) || isRequired(env)) throw error;
    return skip(name, error.message, env);
  }
}

function skip(name: ServiceName, reason: string, env: Environment): SkippedService {
  if (isRequired(env)) throw new ServiceMissingError(name, reason);
  console.warn(`Tests with ${name} are skipped: ${reason}`);
  return { name, skipped: reason };
}
