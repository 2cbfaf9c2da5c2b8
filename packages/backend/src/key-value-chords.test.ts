import { describe, expect, it } from 'vitest';
import type { Backend, ChordPart } from './backend.ts';
import { stage } from './key-value-stage.fixture.ts';
import { MapStore } from './map-store.fixture.ts';

describe('keyValueBackend chords', () => {
  const part = (index: number, result: unknown = index): ChordPart => ({
    groupId: 'g',
    taskId: `t${index}`,
    index,
    status: 'SUCCESS',
    result,
  });
  function chordStage(options: Parameters<typeof stage>[0] = {}) {
    const store = new MapStore();
    const { backend, clock } = stage({ store, members: store, chordClaimMs: 1000, ...options });
    return { store, clock, backend, chords: (backend as Required<Backend>).chords };
  }

  it('are absent without an atomic primitive', () => {
    expect(stage().backend.chords).toBeUndefined();
  });

  it('give the parts in header order to exactly one of many concurrent completions, some of them repeated', async () => {
    const { chords } = chordStage();
    await chords.open('g', 20);
    const indexes = Array.from({ length: 40 }, (_, index) => (index * 7) % 20);
    const joins = await Promise.all(indexes.map((index) => chords.join(part(index))));
    const given = joins.filter((one) => one.parts !== undefined);
    expect(given).toHaveLength(1);
    expect(given[0]!.parts!.map((one) => one.index)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('count distinct members and keep the first completion', async () => {
    const { chords } = chordStage();
    await chords.open('g', 2);
    expect(await chords.join(part(0, 'first'))).toEqual({ done: 1, size: 2, parts: undefined });
    expect(await chords.join(part(0, 'again'))).toEqual({ done: 1, size: 2, parts: undefined });
    expect((await chords.join(part(1))).parts?.map((one) => one.result)).toEqual(['first', 1]);
  });

  it('give the parts again after the claim has run out, to one caller', async () => {
    const { chords, clock } = chordStage();
    await chords.open('g', 1);
    expect((await chords.join(part(0))).parts).toHaveLength(1);
    await clock.advance(999);
    expect((await chords.join(part(0))).parts).toBeUndefined();
    await clock.advance(1);
    const again = await Promise.all([0, 0, 0].map((index) => chords.join(part(index))));
    expect(again.filter((one) => one.parts !== undefined)).toHaveLength(1);
  });

  it('stay closed: no parts and none kept', async () => {
    const { chords, store, clock } = chordStage();
    await chords.open('g', 1);
    await chords.join(part(0));
    await chords.close('g');
    await chords.open('g', 1);
    await clock.advance(5000);
    expect(await chords.join(part(0))).toEqual({ done: 1, size: 1, parts: undefined });
    expect(store.sets.has('celery-taskset-meta-g.m')).toBe(false);
  });

  it('follow a corrected size, and have none when it is unknown', async () => {
    const { chords } = chordStage();
    expect(await chords.join(part(0))).toEqual({ done: 1, size: undefined, parts: undefined });
    await chords.open('g', 3);
    await chords.open('g', 2);
    expect((await chords.join(part(1))).parts).toHaveLength(2);
  });

  it("announce the size under Celery's key", async () => {
    const { chords, store } = chordStage();
    await chords.open('g', 12);
    expect(store.text('celery-taskset-meta-g.s')).toBe('12');
  });
});
