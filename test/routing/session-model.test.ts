import fc from 'fast-check';
import { SessionState } from '../../lib/routing/session-state';
import { SEVERAL, type SessionToken } from '../../lib/routing/session-token';
import { encodeToken, decodeToken } from '../../lib/routing/token-codec';

/**
 * A cluster as a session sees it: a primary and replicas that are somewhere behind it, each of which goes on by itself and may start again
 * further back. What a server shows is all up to its place. A session reads, writes, is carried to another process and joined with another
 * session, as a router does it with {@link SessionState}; it must never see less than it has seen.
 */
const CLUSTER = 'main';
const CODEC = { scope: 'model/test', keys: [] };
const REPLICAS = [0, 1, 2] as const;

type Step =
  | {
      readonly kind:
        'commit' | 'beginWrite' | 'endWrite' | 'readPrimary' | 'carry' | 'otherWrites' | 'merge' | 'endRead';
    }
  | { readonly kind: 'replay' | 'restart'; readonly replica: number; readonly part: number }
  | { readonly kind: 'beginRead' | 'ask' | 'askPrimary'; readonly replica: number };

const replica = fc.constantFrom(...REPLICAS);
const part = fc.integer({ min: 0, max: 4 }).map((quarters) => quarters / 4);
const of = (kind: Step['kind']) => fc.record({ kind: fc.constant(kind), replica, part }) as fc.Arbitrary<Step>;
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: of('beginRead'), weight: 6 },
  { arbitrary: of('endRead'), weight: 6 },
  { arbitrary: of('replay'), weight: 4 },
  { arbitrary: of('commit'), weight: 4 },
  { arbitrary: of('ask'), weight: 3 },
  { arbitrary: of('askPrimary'), weight: 2 },
  { arbitrary: of('restart'), weight: 3 },
  ...(['beginWrite', 'endWrite', 'readPrimary', 'carry', 'otherWrites', 'merge'] as const).map((kind) => ({
    arbitrary: of(kind),
    weight: 1,
  })),
);

/** What a router does by the book; a mutant does one of these otherwise. */
interface Rules {
  /** Whether a replica may answer that is not known to be the one that was read from. */
  readonly stays: boolean;
  /** Whether a replica that has started again is another one. */
  readonly knowsStarts: boolean;
  /** When an answer to the question for a position counts as asked: when it was sent, or when it came. */
  readonly asksAt: 'sent' | 'answered';
  /** Whether the replica that was read from is forgotten by whoever carries the session. */
  readonly carriesReplica: boolean;
  /** Whether a write whose position nobody has asked for is one for whoever is joined with its session, too. */
  readonly joinsUnknown: boolean;
  /** Who is asked how far it has come after a write. */
  readonly asks: 'primary' | 'aReplica';
  /** Whether a write is noted although its position is not asked for. */
  readonly notesWrites: boolean;
}

const RIGHT: Rules = {
  stays: true,
  knowsStarts: true,
  asksAt: 'sent',
  carriesReplica: true,
  joinsUnknown: true,
  asks: 'primary',
  notesWrites: true,
};

const NOTHING_READ: SessionToken['readFrom'] = new Map();

/** A read that is under way. */
interface Reading {
  readonly replica: number;
  /** What the session had seen before it: what comes meanwhile has no order to it. */
  readonly seenBefore: number;
  end(outcome: 'seen' | 'failed'): void;
}

/** Runs the steps; false where the session has seen less than before. */
function neverGoesBack(steps: readonly Step[], rules: Rules): boolean {
  let primary = 0;
  const at = REPLICAS.map(() => 0);
  const starts = REPLICAS.map(() => 0);
  let state = new SessionState();
  let seen = 0;
  let isRight = true;
  let reading: Reading | undefined;
  let writing: ReturnType<SessionState['begin']> | undefined;
  let asking: { readonly position: number; readonly askedAtMs: number } | undefined;
  const other = new SessionState();
  let otherSeen = 0;
  const markOf = (one: number): string => `r${one}@${rules.knowsStarts ? starts[one] : 0}`;
  const show = (position: number, atLeast = seen): void => {
    isRight &&= position >= atLeast;
    seen = Math.max(seen, position);
  };
  const position = (lsn: number) => ({ timeline: 1, lsn: BigInt(lsn) });
  const needs = (): bigint => state.positionOf(CLUSTER)?.lsn ?? 0n;
  /** Time passes between two steps, so that before and after can be told. */
  const tick = (): number => {
    const now = performance.now();
    while (performance.now() <= now);
    return performance.now();
  };
  for (const one of steps) {
    tick();
    switch (one.kind) {
      case 'commit':
        primary++;
        break;
      case 'beginWrite':
        if (rules.notesWrites) writing ??= state.begin(CLUSTER, undefined);
        break;
      case 'endWrite':
        primary++;
        show(primary);
        if (writing) state.end(CLUSTER, writing, 'seen');
        else if (rules.notesWrites) state.end(CLUSTER, state.begin(CLUSTER, undefined), 'seen');
        writing = undefined;
        break;
      case 'readPrimary': {
        const read = state.begin(CLUSTER, undefined);
        show(primary);
        state.end(CLUSTER, read, 'seen');
        break;
      }
      case 'otherWrites':
        otherSeen = ++primary;
        other.note(CLUSTER, undefined);
        break;
      case 'merge':
        state.merge(rules.joinsUnknown ? other.token : { ...other.token, readFrom: NOTHING_READ });
        seen = Math.max(seen, otherSeen);
        break;
      case 'replay':
        at[one.replica] = (at[one.replica] ?? 0) + Math.round((primary - (at[one.replica] ?? 0)) * one.part);
        break;
      case 'restart':
        if (reading?.replica === one.replica) {
          reading.end('failed');
          reading = undefined;
        }
        starts[one.replica] = (starts[one.replica] ?? 0) + 1;
        at[one.replica] = Math.floor((at[one.replica] ?? 0) * one.part);
        break;
      case 'beginRead': {
        if (reading) break;
        const mark = state.markOf(CLUSTER);
        if (rules.stays && mark && mark.replica !== markOf(one.replica)) break;
        const isThere = BigInt(at[one.replica] ?? 0) >= needs();
        if (!isThere) break;
        const of = state;
        const read = of.begin(CLUSTER, markOf(one.replica));
        const end: Reading['end'] = (outcome) => of.end(CLUSTER, read, outcome);
        reading = { replica: one.replica, seenBefore: seen, end };
        break;
      }
      case 'endRead':
        if (!reading) break;
        // What it shows may be of any moment of the read; the last is the most.
        show(at[reading.replica] ?? 0, reading.seenBefore);
        reading.end('seen');
        reading = undefined;
        break;
      case 'ask':
      case 'askPrimary': {
        // The question and its answer are two steps.
        if (asking) {
          state.learn(CLUSTER, position(asking.position), rules.asksAt === 'sent' ? asking.askedAtMs : tick());
          asking = undefined;
          break;
        }
        if (one.kind === 'askPrimary') {
          const told = rules.asks === 'primary' ? primary : (at[one.replica] ?? 0);
          asking = { position: told, askedAtMs: tick() };
          break;
        }
        const text = state.markOf(CLUSTER)?.replica;
        const asked = REPLICAS.find((each) => markOf(each) === text);
        if (asked === undefined) break;
        asking = { position: at[asked] ?? 0, askedAtMs: tick() };
        break;
      }
      case 'carry': {
        if (reading || writing) break;
        asking = undefined;
        const token = decodeToken(encodeToken(state.token, CODEC), CODEC);
        const unknown = [...token.readFrom].filter(([, text]) => text === SEVERAL);
        state = new SessionState(rules.carriesReplica ? token : { ...token, readFrom: new Map(unknown) });
        break;
      }
    }
  }
  return isRight;
}

const holds = (rules: Rules) =>
  fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => neverGoesBack(steps, rules));

describe('a session among replicas that are anywhere', () => {
  it('never sees less than it has seen', () => fc.assert(holds(RIGHT), { numRuns: 500 }));

  it.each<[string, Partial<Rules>]>([
    ['leaves the replica that it has read', { stays: false }],
    ['takes a replica that has started again for the one that it was', { knowsStarts: false }],
    ['counts a position from when its answer came', { asksAt: 'answered' }],
    ['forgets the replica when it is carried on', { carriesReplica: false }],
    ['forgets that a position is unknown when it is joined with another', { joinsUnknown: false }],
    ["takes a replica's position for the answer to a write", { asks: 'aReplica' }],
    ['forgets a write whose position it has not asked for', { notesWrites: false }],
  ])('that %s would be found out', (_name, change) => {
    expect(fc.check(holds({ ...RIGHT, ...change }), { numRuns: 30_000, endOnFailure: true }).failed).toBe(true);
  });
});
