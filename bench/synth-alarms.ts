import { paired, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';
import { secondsOf } from './timed-process';

/** A run takes ten seconds and more. */
const RUNS = 6;

/** Templates of three hundred shards with all of their alarms, against the same without, started alike and checked by the same validators. */
export const synthAlarms: Benchmark = {
  name: 'synth of 300 shards with alarms against without',
  limit: { atMost: 1.2 },
  run: (signal) =>
    withTemporaryDirectory((outdir) => {
      const synth = (profile: string) => () =>
        secondsOf(['-r', 'tsx/cjs', 'bench/shards-app.ts', profile], outdir, signal);
      return paired(
        synth('protected'),
        synth('disposable'),
        (alarms, without) => `${alarms.toFixed(1)} s against ${without.toFixed(1)} s`,
        { signal, runs: RUNS },
      );
    }),
};
