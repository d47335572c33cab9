import { KINDS } from '../lib/definition/stores/kinds';
import { inTurns, ratioOf, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';
import { secondsOf } from './timed-process';

/** A run starts a process a kind, and two more. */
const RUNS = 6;

/**
 * Templates of a tier of all kinds, against an empty app and what each kind adds to that alone. All are started alike and checked by the same
 * validators.
 */
export const synthKinds: Benchmark = {
  name: 'synth of all kinds against each alone, added up',
  limit: { atMost: 1.3 },
  run: (signal) =>
    withTemporaryDirectory(async (outdir) => {
      const kinds = Object.keys(KINDS);
      const synth = (stores: readonly string[]) => () =>
        secondsOf(['-r', 'tsx/cjs', 'bench/kinds-app.ts', ...stores], outdir, signal);
      const [all = [], empty = [], ...alone] = await inTurns(
        [synth(kinds), synth([]), ...kinds.map((kind) => synth([kind]))],
        { signal, runs: RUNS },
      );
      const addedUp = empty.map((none, run) =>
        alone.reduce((sum, seconds) => sum + (seconds[run] as number) - none, none),
      );
      return ratioOf(all, addedUp, (ours, sum) => `${ours.toFixed(1)} s against ${sum.toFixed(1)} s`);
    }),
};
