import { neverFires, rowsOf, type Bounds, type WatchedSort } from '../../watch';
import { suggestion } from '../faults/nearest-name';
import { rule } from '../rule';
import type { StageStore } from '../stores/in-stage';
import { roomOf } from '../relational/capacity-rules';
import { isRelational } from '../relational/kinds';
import type { StoreKind } from '../tier';
import type { StageDraft, TierDraft } from '../tier-draft';

/** What a store of each kind has alarms for. A kind without a row does not compile. */
const WATCHED: Readonly<Record<StoreKind, readonly WatchedSort[]>> = {
  postgres: ['server', 'proxy'],
  shardedPostgres: ['server', 'cluster', 'proxy', 'table'],
  valkey: ['cacheNode', 'serverlessCache'],
  dynamodb: ['table', 'tableIndex', 'tableReplica'],
  documentdb: ['documentServer', 'documentCluster', 'elasticDocuments'],
  neptune: ['graphServer', 'graphCluster'],
};

interface WrittenThreshold {
  readonly stage: StageDraft;
  readonly store: StageStore;
  readonly alarm: string;
  readonly threshold: number;
  readonly path: readonly string[];
}

/** Every threshold that is written for a store that there is. */
const thresholds = ({ stages = [] }: TierDraft): readonly WrittenThreshold[] =>
  stages.flatMap((stage) =>
    Object.entries(stage.alarms?.thresholds ?? {}).flatMap(([name, written]) => {
      const store = stage.stores.find((each) => each.name === name);
      if (store === undefined) return [];
      return Object.entries(written).map(([alarm, threshold]) => ({
        stage,
        store,
        alarm,
        threshold,
        path: ['stages', stage.name, 'alarms', 'thresholds', name, alarm],
      }));
    }),
  );

/** As far as they were written. */
function boundsOf(store: StageStore): Bounds {
  const maxConnections = isRelational(store) ? roomOf(store)?.maxConnections : undefined;
  const shape = store.kind === 'valkey' ? store.options.shape : undefined;
  const maxDataGb = shape?.kind === 'serverlessCache' ? shape.dataGb?.max : undefined;
  return { ...(maxConnections !== undefined && { maxConnections }), ...(maxDataGb !== undefined && { maxDataGb }) };
}

export const alarmRules = [
  rule({
    id: 'alarms-of-watched-stage',
    when: ({ stages = [] }) =>
      stages
        .filter(({ profile, alarms }) => profile === 'disposable' && alarms !== undefined)
        .map(({ name }) => ({ path: ['stages', name, 'alarms'] })),
    message: () => 'a disposable stage wakes nobody and has no alarms: leave this out, or make the stage protected',
  }),
  rule({
    id: 'thresholds-of-known-store',
    when: ({ stages = [], stores }) =>
      stages.flatMap(({ name, alarms }) =>
        Object.keys(alarms?.thresholds ?? {})
          .filter((store) => stores !== undefined && !stores.some((known) => known.name === store))
          .map((store) => ({
            path: ['stages', name, 'alarms', 'thresholds', store],
            store,
            known: (stores ?? []).map((known) => known.name),
          })),
      ),
    message: ({ store, known }) => `no store "${store}", ${suggestion(store, known)}`,
  }),
  rule({
    id: 'threshold-of-known-alarm',
    when: (draft) =>
      thresholds(draft)
        .map(({ store, alarm, path }) => ({ path, alarm, known: [...rowsOf(WATCHED[store.kind]).keys()] }))
        .filter(({ alarm, known }) => !known.includes(alarm)),
    message: ({ alarm, known }) => `no alarm "${alarm}", ${suggestion(alarm, known)}`,
  }),
  rule({
    id: 'threshold-can-be-reached',
    when: (draft) =>
      thresholds(draft).flatMap(({ store, alarm, threshold, path }) => {
        const row = rowsOf(WATCHED[store.kind]).get(alarm);
        const why = row && neverFires(row, threshold, boundsOf(store));
        return why === undefined ? [] : [{ path, threshold, why }];
      }),
    message: ({ threshold, why }) => `got ${threshold}, an alarm that never fires: ${why}`,
  }),
  rule({
    id: 'topic-of-own-region',
    when: ({ stages = [] }) =>
      stages.flatMap(({ name, env, alarms }) =>
        Object.entries(alarms?.topics ?? {}).flatMap(([urgency, arn]) => {
          const region = arn?.split(':')[3];
          return env === undefined || region === undefined || region === env.region
            ? []
            : [{ path: ['stages', name, 'alarms', 'topics', urgency], region, own: env.region }];
        }),
      ),
    message: ({ region, own }) => `a topic of ${region}, but alarms of ${own} tell topics of their own region only`,
  }),
];
