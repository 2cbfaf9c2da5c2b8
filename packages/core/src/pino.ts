export { type PinoLike, pinoLogger } from './logging/pino-logger.ts';
