import { medianOf, inTurns, paired, summarize, verdictOf } from '../../bench/paired';

describe('a summary', () => {
  it('of ten values has the fifth and sixth between as median, the second and the ninth as interval', () => {
    expect(summarize([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])).toEqual({ median: 5.5, low: 2, high: 9, runs: 10 });
  });

  it('of few values takes them all for the interval, of many fewer', () => {
    expect(summarize([3, 1, 2])).toMatchObject({ low: 1, high: 3 });
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(summarize(hundred)).toMatchObject({ median: 50.5, low: 40, high: 61 });
  });

  it('covers the true median in at least 95 % of samples', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let covered = 0;
    for (let trial = 0; trial < 2_000; trial++) {
      const { low, high } = summarize(Array.from({ length: 10 }, () => random() ** 3));
      if (low <= 0.125 && 0.125 <= high) covered++;
    }
    expect(covered / 2_000).toBeGreaterThan(0.95);
  });

  it('has the middle value as median of an odd number', () => {
    expect(medianOf([5, 1, 3])).toBe(3);
  });
});

describe('a verdict', () => {
  it.each([
    [{ low: 0.9, high: 0.96 }, { atLeast: 0.95 }, 'ok'],
    [{ low: 0.9, high: 0.94 }, { atLeast: 0.95 }, 'miss'],
    [{ low: 1.4, high: 1.6 }, { atMost: 1.5 }, 'ok'],
    [{ low: 1.51, high: 1.6 }, { atMost: 1.5 }, 'miss'],
  ])('of %j against %j is %s', (interval, limit, verdict) => {
    expect(verdictOf(interval, limit)).toBe(verdict);
  });
});

const { signal } = new AbortController();

describe('a pair', () => {
  it('is measured in turns, after a warm-up of each', async () => {
    const order: string[] = [];
    const side = (name: string, rate: number) => () => {
      order.push(name);
      return rate;
    };
    const result = await paired(side('ours', 30), side('baseline', 10), (ours, baseline) => `${ours}:${baseline}`, {
      signal,
      runs: 4,
    });
    expect(result).toEqual({ median: 3, low: 3, high: 3, runs: 4, unit: '×', detail: '30:10' });
    expect(order.join(' ')).toBe('ours baseline ours baseline baseline ours ours baseline baseline ours');
  });

  it('of three, too, is measured once a run each, forth and back', async () => {
    const order: string[] = [];
    const sides = ['a', 'b', 'c'].map((name, index) => () => {
      order.push(name);
      return index;
    });
    expect(await inTurns(sides, { signal, runs: 2 })).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(order.join('')).toBe('abcabccba');
  });

  it('ends between two runs when it is interrupted, though nothing in it ever waits', async () => {
    const interrupted = new AbortController();
    let runs = 0;
    const endless = (): number => {
      if (runs++ === 0) setImmediate(() => interrupted.abort());
      return 1;
    };
    await expect(inTurns([endless], { signal: interrupted.signal, runs: 1_000_000 })).rejects.toThrow(/abort/i);
    expect(runs).toBeLessThan(10);
  });
});
