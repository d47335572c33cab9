import fc from 'fast-check';
import { load, percentile } from '../../bench/load';

describe('a percentile', () => {
  it('is the smallest value that so many do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0.001)).toBe(1);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('leaves at most the rest of the values above it, and every smaller one more', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, part) => {
        const found = percentile(all, part);
        const upTo = (value: number): number => all.filter((each) => each <= value).length;
        expect(upTo(found)).toBeGreaterThanOrEqual(all.length * part - 1e-9);
        const smaller = all.filter((each) => each < found);
        expect(smaller.length).toBeLessThan(all.length * part);
      }),
    );
  });

  it('of nothing is refused', () => {
    expect(() => percentile([], 0.99)).toThrow('no percentile of 0 values');
  });
});

describe('a load', () => {
  it('has as many requests at once as there are clients, each sending its next one when the last is answered', async () => {
    let [atOnce, most, sent] = [0, 0, 0];
    const seen = new Set<number>();
    const result = await load(
      async (id, client) => {
        seen.add(client);
        sent++;
        most = Math.max(most, ++atOnce);
        expect(id).toBeGreaterThanOrEqual(1);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
      },
      3,
      20,
    );
    expect(most).toBe(3);
    expect([...seen].sort()).toEqual([0, 1, 2]);
    expect(result.perSecond).toBeGreaterThan(0);
    expect(result.perSecond).toBeLessThanOrEqual(sent / 0.02);
    expect(result.p99Ms).toBeGreaterThan(0);
  });

  it('fails with the first request that fails', async () => {
    await expect(load(() => Promise.reject(new Error('lost')), 2, 1_000)).rejects.toThrow('lost');
  });
});
