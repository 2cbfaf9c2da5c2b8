import { type AnyArguments, type AnySignature, Signature, SignatureError } from '@celeriac/core';
import type { SignatureJson } from '@celeriac/protocol';
import type { Mappable } from './canvas-types.ts';

/**
 * Runs a task for every item, one after the other, in one message. The result is the list of results.
 * @param items - gone through once
 * @see celery/canvas.py xmap
 */
export function map<Item, Result>(
  task: Mappable<[item: Item], Result>,
  items: Iterable<NoInfer<Item>>,
): Signature<Result[], AnyArguments> {
  return sequence('celery.map', signatureOf(task), { it: [...items] });
}

/**
 * As {@link map}, with a list of arguments for each run.
 * @see celery/canvas.py xstarmap
 */
export function starmap<Args extends readonly unknown[], Result>(
  task: Mappable<Args, Result>,
  items: Iterable<NoInfer<Args>>,
): Signature<Result[], AnyArguments> {
  return sequence('celery.starmap', signatureOf(task), { it: Array.from(items, (args) => [...args]) });
}

/** The signature of a task, as one of its own messages would carry it. */
export function signatureOf(task: object): AnySignature {
  if (task instanceof Signature) return task;
  if ('s' in task && typeof task.s === 'function') return task.s() as AnySignature;
  throw new SignatureError('map', 'must be given a task or a signature');
}

/** A signature that runs another one many times. Its items are its own: it takes nothing from what runs before it. */
function sequence<Result>(
  name: 'celery.map' | 'celery.starmap' | 'celery.chunks',
  task: AnySignature,
  kwargs: { readonly [name: string]: unknown },
): Signature<Result, AnyArguments> {
  return new Signature(sequenceJson(name, task.toJSON(), kwargs), task['~caller']);
}

/** @see celery/canvas.py _basemap: no kind of its own on the wire */
export function sequenceJson(
  name: string,
  task: SignatureJson,
  kwargs: { readonly [name: string]: unknown },
): SignatureJson {
  return { task: name, args: [], kwargs: { task, ...kwargs }, options: {}, subtask_type: null, immutable: true };
}
