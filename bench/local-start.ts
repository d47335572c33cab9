import { join } from 'node:path';
import { loadTier } from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { RUNS, summarize, type Benchmark, type PairedResult } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/** From nothing to a provisioned tier: initdb, certificates, seven servers, replicas that stream, roles. */
export const coldStart: Benchmark = {
  name: 'local tier of 7 servers, cold',
  limit: { atMost: 3 },
  run: (signal) => measure('each run makes its own', signal),
};

/** The same where an earlier start left its template. */
export const keptTemplateStart: Benchmark = {
  name: 'local tier of 7 servers, kept template',
  limit: { atMost: 1.5 },
  run: (signal) => measure('kept', signal),
};

async function measure(template: 'kept' | 'each run makes its own', signal: AbortSignal): Promise<PairedResult> {
  const definition = await loadTier('tier.config.ts');
  // All are removed at the end: a file system that is still busy removing one tier makes the files of the next slowly.
  return withTemporaryDirectory(async (root) => {
    const startOnce = async (run: number): Promise<number> => {
      const began = performance.now();
      const tier = await startLocalTier(definition, {
        directory: join(root, `tier${run}`),
        templates: join(root, template === 'kept' ? 'templates' : `templates${run}`),
        signal,
      });
      const seconds = (performance.now() - began) / 1000;
      await tier.stop();
      return seconds;
    };
    const seconds: number[] = [];
    await startOnce(0);
    for (let run = 1; run <= RUNS; run++) seconds.push(await startOnce(run));
    return { ...summarize(seconds), unit: 's', detail: `template: ${template}` };
  });
}
