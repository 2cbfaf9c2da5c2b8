/** Kinds of pools that a worker has by itself; any other name is that of a package. */
export const POOLS = ['prefork', 'threads', 'async', 'solo'] as const;

/** Celery's names, which work too. */
export const POOL_ALIASES = ['processes', 'eventlet', 'gevent'] as const;
