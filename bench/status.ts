import { join } from 'node:path';
import { loadTier } from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { localTierStatus } from '../lib/status';
import { RUNS, summarize, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/** Every server of the example tier asked for role, lag and load, each over a connection of its own. */
export const localStatus: Benchmark = {
  name: 'status of a local tier of 7 servers',
  limit: { atMost: 0.3 },
  run: async (signal) => {
    const definition = await loadTier('tier.config.ts');
    return withTemporaryDirectory(async (root) => {
      const directory = join(root, 'tier');
      const tier = await startLocalTier(definition, { directory, templates: join(root, 'templates'), signal });
      try {
        const seconds: number[] = [];
        for (let run = 0; run <= RUNS; run++) {
          const began = performance.now();
          await localTierStatus(definition, { directory, smokeFile: join(root, 'none.json') });
          // The first also loads what all need.
          if (run > 0) seconds.push((performance.now() - began) / 1000);
        }
        return { ...summarize(seconds), unit: 's', detail: `${tier.servers().length} servers` };
      } finally {
        await tier.stop();
      }
    });
  },
};
