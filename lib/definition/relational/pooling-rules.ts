import { DEFAULTS } from '../stages/profile';
import { relationalStores, rule, storesOf } from '../rule';
import { fixedReaders, readersOf } from '../sharded-postgres/servers';
import { shardOptions } from '../stores/members';

export const poolingRules = [
  rule({
    id: 'pooling-of-used-store',
    when: (draft) =>
      relationalStores(draft).flatMap((store) =>
        store.options.pooling === undefined || draft.services.some(({ uses }) => Object.hasOwn(uses, store.name))
          ? []
          : [{ path: store.origin('pooling'), store: store.name }],
      ),
    message: ({ store }) =>
      `no service uses ${store}, so that nobody could log in through a proxy: name one in services, or leave pooling out`,
  }),
  rule({
    id: 'pooling-of-replicas',
    when: (draft) =>
      storesOf(draft, 'postgres').flatMap((store) =>
        store.options.pooling?.reads === 'pooled' ? [{ path: [...store.origin('pooling'), 'reads'] }] : [],
      ),
    message: () =>
      'got "pooled", but RDS Proxy reaches only the primary of an RDS instance: AWS has read-only endpoints for Aurora alone; leave reads out, replicas are read directly',
  }),
  rule({
    id: 'pooling-of-readers',
    when: (draft) =>
      storesOf(draft, 'shardedPostgres').flatMap((store) => {
        if (store.options.pooling?.reads !== 'pooled') return [];
        const lonely = Object.entries(shardOptions(store)).find(
          ([, shard]) => fixedReaders(readersOf(store, shard)) === 0,
        );
        return lonely === undefined
          ? []
          : [{ path: [...store.origin('pooling'), 'reads'], shard: lonely[0], stage: store.stage }];
      }),
    message: ({ shard, stage }) =>
      `got "pooled", but shard ${shard} has no reader in stage ${stage}, and AWS refuses a read-only endpoint then: give it one with readers, or leave reads out`,
  }),
  rule({
    id: 'pooling-idle-connections',
    when: (draft) =>
      relationalStores(draft).flatMap((store) => {
        const { maxIdleConnectionsPercent, maxConnectionsPercent = DEFAULTS.pooling.maxConnectionsPercent } =
          store.options.pooling ?? {};
        return maxIdleConnectionsPercent !== undefined && maxIdleConnectionsPercent > maxConnectionsPercent
          ? [
              {
                path: [...store.origin('pooling'), 'maxIdleConnectionsPercent'],
                maxIdleConnectionsPercent,
                maxConnectionsPercent,
              },
            ]
          : [];
      }),
    message: ({ maxIdleConnectionsPercent, maxConnectionsPercent }) =>
      `got ${maxIdleConnectionsPercent}, but the proxy opens no more than maxConnectionsPercent ${maxConnectionsPercent}: allowed: integer 0–${maxConnectionsPercent}`,
  }),
];
