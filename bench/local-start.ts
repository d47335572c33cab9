import { join } from 'node:path';
import { loadTier } from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { inTurns, summarize, type BenchmarkSeries } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/**
 * From nothing to a provisioned tier: initdb, certificates, seven servers, replicas that stream, roles; and the same where an earlier start left
 * its template.
 *
 * In turns, and all are removed at the end: a file system that is still busy removing tiers makes the files of the next several times more slowly,
 * so whichever came second would be measured against what the first had left.
 */
export const localStart: BenchmarkSeries = {
  rows: [
    { name: 'local tier of 7 servers, cold', limit: { atMost: 3 } },
    { name: 'local tier of 7 servers, kept template', limit: { atMost: 1.5 } },
  ],
  run: async (signal) => {
    const definition = await loadTier('tier.config.ts');
    return withTemporaryDirectory(async (root) => {
      let starts = 0;
      const secondsWith = async (templates: string): Promise<number> => {
        const directory = join(root, `tier${starts++}`);
        const began = performance.now();
        const tier = await startLocalTier(definition, { directory, templates: join(root, templates), signal });
        const seconds = (performance.now() - began) / 1000;
        await tier.stop();
        return seconds;
      };
      const [cold = [], kept = []] = await inTurns(
        [() => secondsWith(`templates${starts}`), () => secondsWith('templates')],
        { signal },
      );
      return [
        { ...summarize(cold), unit: 's', detail: 'template: each run makes its own' },
        { ...summarize(kept), unit: 's', detail: 'template: kept' },
      ];
    });
  },
};
