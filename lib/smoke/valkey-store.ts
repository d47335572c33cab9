import { trustOf, type ServerTopology, type ValkeyTopology } from '../topology';
import type { Check } from './check';
import { Contact, onceAnswered } from './contact';
import { missingReplica } from './stand-in';
import type { TierUnderTest } from './tier-under-test';
import { valkeyChecks } from './valkey';
import { valkeyAccessChecks } from './valkey-access';
import { onServer, type ValkeyServerUnderTest, type ValkeyUnderTest } from './valkey-under-test';

/** What proves a store of kind `valkey`, as the topology describes it. */
export function valkeyStoreChecks(tier: TierUnderTest, name: string, store: ValkeyTopology): readonly Check[] {
  const underTest: ValkeyUnderTest = {
    store: name,
    mode: store.slots === undefined ? 'single' : 'cluster',
    primary: serverOf(name, store.primary),
    // With slots they are asked as part of the whole: a name that leads to any of them leads to no one's keys.
    replicas: store.slots === undefined ? store.replicas.map((server) => serverOf(name, server)) : [],
    login: () => tier.secrets.read(store.secrets.smoke),
    trust: trustOf(tier.topology, store),
    ...(store.standIn && { standIn: store.standIn }),
    timeoutMs: tier.timeoutMs,
  };
  const { primary, replicas } = underTest;
  const contactOf = (server: ValkeyServerUnderTest): Contact =>
    new Contact({
      label: server.label,
      endpoint: server,
      ask: () => onServer(underTest, server, (client) => client.ping()),
      timeoutMs: tier.timeoutMs,
    });
  return [
    ...onceAnswered(
      [...valkeyChecks(underTest), ...valkeyAccessChecks(tier, underTest, store)],
      [contactOf(primary), ...replicas.map(contactOf)],
      tier.topology.world,
    ),
    ...missingReplica(underTest),
  ];
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): ValkeyServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
