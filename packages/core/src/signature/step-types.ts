import type { AsyncResult } from '../result/async-result.ts';

/** What the compiler knows of a signature; nothing of it exists at run time. */
export interface SignatureTypes<Result, Missing extends readonly unknown[], Handle> {
  readonly result: Result;
  readonly missing: (...args: Missing) => void;
  readonly handle: Handle;
}

/** What a signature gives. */
export type ResultOf<Of> = Of extends { readonly '~types': { readonly result: infer Result } } ? Result : never;

/** The arguments that a signature lacks. */
export type MissingOf<Of> = Of extends { readonly '~types': { readonly missing: (...args: infer Missing) => void } }
  ? Missing
  : never;

/** The handle that sending a signature gives. */
export type HandleOf<Of> = Of extends { readonly '~types': { readonly handle: infer Handle } } ? Handle : never;

/** The result of a step that ends a chain: of a group with one member, that member's result. */
export type StepResult<Of> = Of extends { readonly '~only': infer Only } ? ResultOf<Only> : ResultOf<Of>;

/**
 * What a step that follows gets: of a group the list of its results, in which the results of groups within it stand one by
 * one.
 */
export type PassedOn<Of> = Of extends { readonly '~flat': infer Flat } ? Flat : ResultOf<Of>;

/** What the next step of a chain gets: of a group with one member, that member's result. */
export type StepGift<Of> = Of extends { readonly '~only': infer Only } ? PassedOn<Only> : PassedOn<Of>;

/** The handle of a step that ends a chain. */
export type StepHandle<Of> = Of extends { readonly '~only': infer Only } ? AsyncResult<ResultOf<Only>> : HandleOf<Of>;

/** What the compiler shows where a step cannot take what comes before it. */
export interface StepMismatch<Gets, Takes> {
  readonly 'this step gets': Gets;
  readonly 'but it takes': Takes;
}

/**
 * `unknown`, unless a step cannot take a result of this type as its missing argument. A result of unknown type may be
 * anything, one among the results of a header too.
 */
export type Accepts<Step, Gets> = [Known<Gets>] extends MissingOf<Step> ? unknown : StepMismatch<Gets, MissingOf<Step>>;

type Known<Gets> = unknown extends Gets
  ? never
  : Gets extends readonly unknown[]
    ? { [Place in keyof Gets]: unknown extends Gets[Place] ? never : Gets[Place] }
    : Gets;
