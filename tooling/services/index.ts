export { ServerPart } from './server-part.ts';
export type { RunningService } from './service.ts';
export { ServiceFailedError, ServiceMissingError } from './service-errors.ts';
export { type ServiceName, serviceVariables } from './service-names.ts';
export { type StartOptions, startService } from './start-service.ts';
export { type PythonCelery, useCelery } from './use-celery.ts';
export { useDatabase } from './use-database.ts';
export {
  type PrivateService,
  type SharedService,
  type SkippedService,
  usePrivateService,
  useService,
} from './use-service.ts';
