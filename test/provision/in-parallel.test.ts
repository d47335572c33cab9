import fc from 'fast-check';
import { inParallel } from '../../lib/provision';

describe('inParallel', () => {
  it('keeps the order, runs every item once and never more at once than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ turns: fc.nat(5), fails: fc.boolean() }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        async (items, limit) => {
          let running = 0;
          let most = 0;
          const results = await inParallel(items, limit, async (item) => {
            most = Math.max(most, ++running);
            for (let turn = 0; turn < item.turns; turn++) await Promise.resolve();
            running--;
            if (item.fails) throw item;
            return item;
          });
          expect(most).toBeLessThanOrEqual(limit);
          expect(
            results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as unknown))),
          ).toEqual(items);
          expect(results.map(({ status }) => status === 'rejected')).toEqual(items.map(({ fails }) => fails));
        },
      ),
    );
  });
});
