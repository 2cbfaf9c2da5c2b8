import { describe, expect, test } from 'vitest';
import { BLOCK_SIZE, HeldBlocks, LEASE_BEGAN, numberIn, numbersIn } from './held-blocks.ts';

describe('blocks of numbers', () => {
  test('a block is empty when its last message is settled, once', () => {
    const blocks = new HeldBlocks();
    const first = blocks.reserve(1000);
    blocks.taken(first, BLOCK_SIZE + 2);
    const numbers = Array.from({ length: BLOCK_SIZE + 2 }, (_, at) => first + at);
    expect(blocks.settled(numbers.slice(0, BLOCK_SIZE - 1))).toEqual([]);
    expect(blocks.settled([first + BLOCK_SIZE, first + BLOCK_SIZE + 1])).toEqual([1]);
    expect(blocks.settled([first + BLOCK_SIZE - 1])).toEqual([0]);
    expect(blocks.settled(numbers)).toEqual([]);
  });

  test('every taking begins a block, whatever the others brought', () => {
    const blocks = new HeldBlocks();
    expect([blocks.reserve(1), blocks.reserve(BLOCK_SIZE), blocks.reserve(BLOCK_SIZE + 1), blocks.reserve(1)]).toEqual(
      [0, 1, 2, 4].map((block) => block * BLOCK_SIZE),
    );
  });

  test('what the server has noted stands for all numbers of the blocks, in order', () => {
    const numbers = numbersIn(['10', LEASE_BEGAN, '9']);
    expect(numbers).toHaveLength(2 * BLOCK_SIZE);
    expect([numbers[0], numbers.at(-1)]).toEqual([9 * BLOCK_SIZE, 11 * BLOCK_SIZE - 1]);
    expect(numberIn('a:b:42')).toBe(42);
  });
});
