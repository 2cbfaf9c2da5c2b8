/**
 * The owner of a message that waits. A number as wide as any owner's, and not null: a row that keeps its size is changed
 * in place, so that taking a message does not write its body again.
 */
export const NOBODY: number = 2 ** 40;

/** Owners are below this and above twice {@link NOBODY}: SQLite keeps all of them in six bytes. */
export const LARGEST_OWNER: number = 2 ** 47;
