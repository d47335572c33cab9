import type { Fault, FaultPath } from './faults/fault';
import { isRelational } from './relational/kinds';
import type {
  ClusterStageStore,
  RelationalStageStore,
  ServerStageStore,
  StageStore,
  StageStoreOf,
} from './stores/in-stage';
import type { TierDraft } from './tier-draft';

/** A breach of a rule: where, and what the message needs to know. */
export interface Breach {
  readonly path: FaultPath;
}

/** A rule over more than one option, or over a fact that no schema knows. */
export interface TierRule {
  /** Names the rule in tests; never changes. */
  readonly id: string;
  /** Every breach of the rule, in words. */
  faults(draft: TierDraft): readonly Fault[];
}

/** Declares a rule: when it is broken, and what to say then. */
export function rule<B extends Breach>(declared: {
  readonly id: string;
  readonly when: (draft: TierDraft) => readonly B[];
  readonly message: (breach: B) => string;
}): TierRule {
  return {
    id: declared.id,
    faults: (draft) => declared.when(draft).map((breach) => ({ path: breach.path, message: declared.message(breach) })),
  };
}

/** Every store in every stage. What a store says itself is met once a stage. */
export function stageStores(draft: TierDraft): readonly StageStore[] {
  return (draft.stages ?? []).flatMap((stage) => stage.stores);
}

/** Every store of a relational kind in every stage. */
export function relationalStores(draft: TierDraft): readonly RelationalStageStore[] {
  return stageStores(draft).filter(isRelational);
}

/** Every store of a kind that is a cluster with a writer and readers, in every stage. */
export function clusterStores(draft: TierDraft): readonly ClusterStageStore[] {
  return [...storesOf(draft, 'documentdb'), ...storesOf(draft, 'neptune')];
}

/** Every store on servers of RDS and its kin in every stage. */
export function serverStores(draft: TierDraft): readonly ServerStageStore[] {
  return [...relationalStores(draft), ...clusterStores(draft)];
}

/** Every store of one kind in every stage. */
export function storesOf<K extends StageStore['kind']>(draft: TierDraft, kind: K): readonly StageStoreOf<K>[] {
  return stageStores(draft).filter((store) => store.kind === kind) as unknown as StageStoreOf<K>[];
}
