import { paired, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';
import { secondsOf } from './timed-process';

/** The example's templates, against an app with one empty stack, started alike and checked by the same validators. */
export const synth: Benchmark = {
  name: 'synth of the example against an empty app',
  limit: { atMost: 1.5 },
  run: (signal) =>
    withTemporaryDirectory((outdir) =>
      paired(
        () => secondsOf(['bin/app.cjs'], outdir, signal),
        () => secondsOf(['-r', 'tsx/cjs', 'bench/empty-app.ts'], outdir, signal),
        (ours, baseline) => `${ours.toFixed(1)} s against ${baseline.toFixed(1)} s`,
        { signal },
      ),
    ),
};
