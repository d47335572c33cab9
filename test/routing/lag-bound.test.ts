import fc from 'fast-check';
import type { ServerState } from '../../lib/postgres';
import { LagBound } from '../../lib/routing/lag-bound';

/** What happens, in order: time passes, the primary writes to its log with or without a commit, the replica replays, somebody asks it. */
type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'commit' | 'noise' | 'probe' | 'loseReceiver' }
  | { readonly kind: 'replay'; readonly part: number };

/** A primary and a replica on one clock, which receives at once and replays when it is told to. */
class Replication {
  nowMs = 1_000_000;
  private log: { readonly kind: 'commit' | 'noise'; readonly atMs: number }[] = [{ kind: 'commit', atMs: 0 }];
  private replayed = 1;
  private isReceiving = true;
  private received = 1;

  take(step: Step): void {
    if (step.kind === 'probe') return;
    if (step.kind === 'pass') this.nowMs += step.ms;
    else if (step.kind === 'loseReceiver') this.isReceiving = false;
    else if (step.kind === 'replay') this.replayed += Math.round((this.received - this.replayed) * step.part);
    else {
      this.log.push({ kind: step.kind, atMs: this.nowMs });
      if (this.isReceiving) this.received = this.log.length;
    }
  }

  /** How old the oldest commit is that the replica does not show; 0 where it shows all. */
  get staleMs(): number {
    const unseen = this.log.slice(this.replayed).find(({ kind }) => kind === 'commit');
    return unseen ? this.nowMs - unseen.atMs : 0;
  }

  /** What the replica says by itself. */
  get state(): ServerState {
    const seen = this.log.slice(0, this.replayed).findLast(({ kind }) => kind === 'commit');
    const ageMs = this.nowMs - (seen?.atMs ?? NaN);
    const at = (lsn: number) => ({ timeline: 1, lsn: BigInt(lsn) });
    return {
      role: 'replica',
      lagMs: !this.isReceiving ? 'unknown' : this.replayed === this.received ? 0 : ageMs,
      position: at(this.replayed),
      showsUpTo: at(this.received),
      startedAtUs: 1,
    };
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 2_000 }) }) },
  { weight: 6, arbitrary: fc.constantFrom('commit', 'noise', 'probe').map((kind) => ({ kind }) as Step) },
  {
    weight: 3,
    arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((part) => ({ kind: 'replay' as const, part })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'loseReceiver' } as const) },
);

/** Whether `bound` ever says less than is true. */
function understates(
  steps: readonly Step[],
  bound: (state: ServerState, nowMs: number) => number | 'unknown',
): boolean {
  const replication = new Replication();
  for (const one of steps) {
    replication.take(one);
    const lagMs = one.kind === 'probe' ? bound(replication.state, replication.nowMs) : 'unknown';
    if (lagMs !== 'unknown' && lagMs < replication.staleMs) return true;
  }
  return false;
}

describe('the lag of a replica', () => {
  const steps = fc.array(step, { maxLength: 300, size: 'max' });

  it('is never less than the age of a commit that it does not show', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const bound = new LagBound();
        return !understates(all, (state, nowMs) => bound.after(state, nowMs));
      }),
    );
  });

  it('would be found out if it counted from what was received, or from the last probe', () => {
    const received = () => (): number => 0;
    const lastProbe = () => {
      let lastMs = 0;
      return (_state: ServerState, nowMs: number): number => {
        const sinceMs = nowMs - lastMs;
        lastMs = nowMs;
        return sinceMs;
      };
    };
    for (const control of [received, lastProbe]) {
      const { failed } = fc.check(fc.property(steps, (all) => !understates(all, control())));
      expect(failed).toBe(true);
    }
  });

  it('stays bounded where a replica is a little late in what nobody commits, for an hour', () => {
    const replication = new Replication();
    const bound = new LagBound();
    const lags: (number | 'unknown')[] = [];
    for (let second = 0; second < 3_600; second++) {
      replication.take({ kind: 'pass', ms: 1_000 });
      // All but what was written last.
      replication.take({ kind: 'replay', part: 1 });
      replication.take({ kind: 'noise' });
      lags.push(bound.after(replication.state, replication.nowMs));
    }
    expect(replication.state.lagMs).toBeGreaterThan(3_600_000);
    expect(Math.max(...lags.slice(1).map(Number))).toBe(1_000);
  });

  it('is known of one that is late by more probes than are remembered, and then begins anew for one that went back', () => {
    const replication = new Replication();
    const bound = new LagBound();
    for (let second = 0; second < 1_000; second++) {
      replication.take({ kind: 'pass', ms: 1_000 });
      replication.take({ kind: 'commit' });
      bound.after(replication.state, replication.nowMs);
    }
    replication.take({ kind: 'replay', part: 0.5 });
    const lagMs = Number(bound.after(replication.state, replication.nowMs));
    expect(lagMs).toBeGreaterThanOrEqual(replication.staleMs);
    expect(lagMs).toBeLessThan(replication.staleMs + 2_000);
    const restored = { ...replication.state, lagMs: 'unknown', position: { timeline: 1, lsn: 1n } } as const;
    expect(bound.after(restored, replication.nowMs)).toBe('unknown');
  });
});
