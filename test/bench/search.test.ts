import { describe, expect, test } from 'vitest';
import { searchRate, type Trial } from '../../runner/bench/search.ts';

const options = { objective: 'p99<50ms', from: 100, most: 50_000, precision: 0.05, confirmations: 2 };

/** Holds below one rate, breaks above it; from another on the generator cannot send it. */
function server(capacity: number, generator = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const attempt = async (rate: number): Promise<Trial> => {
    asked.push(rate);
    const result = rate >= generator ? 'cannot tell' : rate <= capacity ? 'held' : 'broken';
    return { stage: `open-${rate}`, rate, seconds: 1, result, message: result };
  };
  return { asked, attempt };
}

describe('the search for the highest rate', () => {
  test.each([120, 730, 4_321, 31_000])('finds %i within its precision, from below', async (capacity) => {
    const { attempt } = server(capacity);
    const { highestRate, limitedBy } = await searchRate(options, attempt);
    expect(limitedBy).toBe('server');
    expect(highestRate).toBeLessThanOrEqual(capacity);
    expect(highestRate).toBeGreaterThan(capacity / 1.06);
  });

  test('goes down where the first rate is too much already', async () => {
    const { highestRate } = await searchRate(options, server(7).attempt);
    expect(highestRate).toBeLessThanOrEqual(7);
    expect(highestRate).toBeGreaterThan(6);
  });

  test('says that no rate holds', async () => {
    const found = await searchRate(options, server(0).attempt);
    expect(found).toMatchObject({ highestRate: null, limitedBy: 'server' });
  });

  test('never counts what the generator could not send, neither as held nor as the failure of the server', async () => {
    const found = await searchRate(options, server(10_000, 2_000).attempt);
    expect(found.limitedBy).toBe('generator');
    expect(found.highestRate).toBeLessThan(2_000);
    expect(found.lowestBroken).toBeNull();
    expect(found.message).toMatch(/the generator was the limit, or may have been, so the server may do more/);
  });

  test('goes no higher than it is told to', async () => {
    const { asked, attempt } = server(1e9);
    const found = await searchRate({ ...options, most: 1_000 }, attempt);
    expect(found).toMatchObject({ highestRate: 1_000, limitedBy: 'limit' });
    expect(Math.max(...asked)).toBe(1_000);
  });

  test('gives a rate up that does not hold again', async () => {
    const times = new Map<number, number>();
    const lucky = async (rate: number): Promise<Trial> => {
      const nth = (times.get(rate) ?? 0) + 1;
      times.set(rate, nth);
      const result = rate <= 400 || (rate <= 500 && nth === 1) ? 'held' : 'broken';
      return { stage: '', rate, seconds: 1, result, message: '' };
    };
    const { highestRate, tried } = await searchRate(options, lucky);
    expect(highestRate).toBeLessThanOrEqual(400);
    expect(tried.filter(({ rate, result }) => rate === highestRate && result === 'held').length).toBeGreaterThanOrEqual(
      2,
    );
  });
});
