import { readFileSync } from 'node:fs';
import type { DocumentDbTopology, ServerTopology } from '../topology';
import type { Check } from './check';
import { documentDbChecks, type DocumentServerUnderTest } from './documentdb';
import type { TierUnderTest } from './tier-under-test';

/** What proves a store of kind `documentdb`, as the topology describes it. */
export function documentdbStoreChecks(tier: TierUnderTest, name: string, store: DocumentDbTopology): readonly Check[] {
  const { trust } = tier.topology;
  return documentDbChecks({
    store: name,
    primary: serverOf(name, store.primary),
    replicas: store.replicas.map((server) => serverOf(name, server)),
    login: () => tier.secrets.read(store.secrets.smoke),
    authority: readFileSync(trust.kind === 'file' ? trust.path : trust.bundlePath, 'utf8'),
    timeoutMs: tier.timeoutMs,
  });
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): DocumentServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
