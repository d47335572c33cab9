import { readFileSync } from 'node:fs';
import type { ServerTopology, ValkeyTopology } from '../topology';
import type { Check } from './check';
import type { TierUnderTest } from './tier-under-test';
import { valkeyChecks } from './valkey';
import { valkeyAccessChecks } from './valkey-access';
import type { ValkeyServerUnderTest, ValkeyUnderTest } from './valkey-under-test';

/** What proves a store of kind `valkey`, as the topology describes it. */
export function valkeyStoreChecks(tier: TierUnderTest, name: string, store: ValkeyTopology): readonly Check[] {
  const { trust } = tier.topology;
  const underTest: ValkeyUnderTest = {
    store: name,
    mode: store.slots === undefined ? 'single' : 'cluster',
    primary: serverOf(name, store.primary),
    // With slots they are asked as part of the whole: a name that leads to any of them leads to no one's keys.
    replicas: store.slots === undefined ? store.replicas.map((server) => serverOf(name, server)) : [],
    login: () => tier.secrets.read(store.secrets.smoke),
    ...(trust.kind === 'file' && { authority: readFileSync(trust.path, 'utf8') }),
    timeoutMs: tier.timeoutMs,
  };
  return [...valkeyChecks(underTest), ...valkeyAccessChecks(tier, underTest, store)];
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): ValkeyServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
