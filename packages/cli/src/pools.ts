/** Kinds of pools that a worker can have. */
export const POOLS = ['prefork', 'async', 'solo'] as const;
