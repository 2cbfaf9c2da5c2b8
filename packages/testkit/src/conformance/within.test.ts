import { describe, expect, it } from 'vitest';
import { NotInTimeError, until, within } from './within.ts';

describe('within', () => {
  it('gives what the promise gives', async () => {
    expect(await within(Promise.resolve(7), 1_000, 'seven')).toBe(7);
    await expect(within(Promise.reject(new Error('own')), 1_000, 'x')).rejects.toThrow('own');
  });

  it('says what did not happen', async () => {
    const error = await within(new Promise(() => {}), 10, 'the bus comes').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotInTimeError);
    expect(error).toMatchObject({
      message: 'Not within 10 ms: the bus comes',
      awaited: 'the bus comes',
      timeoutMs: 10,
    });
  });
});

describe('until', () => {
  it('looks until it holds, also asynchronously', async () => {
    let looks = 0;
    await until(async () => ++looks === 3, 1_000, 'the third look');
    expect(looks).toBe(3);
  });

  it('looks at least once, and gives up', async () => {
    await until(() => true, 0, 'nothing');
    await expect(until(() => false, 15, 'pigs fly')).rejects.toThrow('Not within 15 ms: pigs fly');
  });
});
