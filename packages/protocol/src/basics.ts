export { CeleriacError, type CeleriacErrorOptions, isCeleriacError } from './celeriac-error.ts';
export { type Clock, systemClock, type Timer, type TimerOptions } from './clock.ts';
export { closest } from './did-you-mean.ts';
export { escapeForLog } from './escape.ts';
export { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
export { describeType, isRecord, type PlainRecord } from './plain-record.ts';
export { InvalidUrlError } from './protocol-errors.ts';
export { isReady, PROPAGATE_STATES } from './states.ts';
export { maskUrl, type ParsedUrl, parseUrl, splitUrls } from './url.ts';
