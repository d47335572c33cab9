import type { StandInGap, StandInTopology, StoreTrust } from '../topology';
import { SmokeSkip, type Check, type Evidence } from './check';

/** A store that something else than AWS's own engine may answer for. */
interface StoodIn {
  readonly store: string;
  readonly trust: StoreTrust;
  readonly standIn?: StandInTopology;
}

/** What to throw where the engine that answers can't do what is to be proven; undefined where it can. */
export function standsInWithout({ standIn }: StoodIn, gap: StandInGap): SmokeSkip | undefined {
  if (!standIn?.lacks.includes(gap)) return undefined;
  return new SmokeSkip(`${standIn.engine} answers here: it has no ${gap}`);
}

/** Names what answered, where that is not AWS's own engine. */
export const withEngine = ({ standIn }: StoodIn, evidence: Evidence): Evidence =>
  standIn === undefined ? evidence : { ...evidence, engine: standIn.engine };

/** @throws {SmokeSkip} where the server was given without TLS, which it may be on the loopback address only */
export function requireTls({ trust }: StoodIn): void {
  if (trust.kind !== 'plaintext') return;
  throw new SmokeSkip('this server was named by a URL without TLS, and listens on the loopback address');
}

/** The promises of replicas that the definition has and the engine has not: skipped by name, so that nobody takes them for kept. */
export function missingReplica(store: StoodIn & { readonly primary: { readonly label: string } }): readonly Check[] {
  const missing = standsInWithout(store, 'replicas');
  if (missing === undefined) return [];
  return (['serves-reads', 'refuses-writes'] as const).map((name) => ({
    name,
    store: store.store,
    subject: `${store.store}/replicas`,
    promise: name === 'serves-reads' ? 'Replicas show what the primary took.' : 'Replicas refuse writes.',
    run: () => Promise.reject(missing),
  }));
}
