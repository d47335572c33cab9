import type { Signing } from '../signing';
import type { SecretSource } from '../sources';
import { trustOf, type ServerTopology, type ValkeyTopology } from '../topology';
import { backupsCome, type BackupPromises } from './backups-check';
import type { Check } from './check';
import { Contact, onceAnswered } from './contact';
import type { Proves } from './prove-stores';
import { missingReplica } from './stand-in';
import type { TierUnderTest } from './tier-under-test';
import type { Users } from './users';
import { valkeyChecks } from './valkey';
import { valkeyAccessChecks } from './valkey-access';
import { onServer, ValkeyClients, type ValkeyServerUnderTest, type ValkeyUnderTest } from './valkey-under-test';

/** What proves stores of kind `valkey`, as the topology describes them. @param backups those promised @default - nobody can be asked about them @param signing keys by which tokens are signed @default - those of the environment */
export const provesValkey =
  (secrets: SecretSource, backups?: BackupPromises, signing?: Signing): Proves<'valkey'> =>
  (tier) => ({
    valkey: (name, store) => [
      ...checksOf(tier, { secrets, ...(signing && { signing }) }, name, store),
      backupsCome({
        store: name,
        host: store.primary.endpoint.host,
        world: tier.topology.world,
        promises: backups,
      }),
    ],
  });

function checksOf(
  tier: TierUnderTest,
  logins: Omit<Users, 'topology'>,
  name: string,
  store: ValkeyTopology,
): readonly Check[] {
  const { topology, timeoutMs } = tier;
  const { secrets } = logins;
  const underTest: ValkeyUnderTest = {
    store: name,
    mode: store.slots === undefined ? 'single' : 'cluster',
    primary: serverOf(name, store.primary),
    // With slots they are asked as part of the whole: a name that leads to any of them leads to no one's keys.
    replicas: store.slots === undefined ? store.replicas.map((server) => serverOf(name, server)) : [],
    login: () => secrets.read(store.secrets.smoke),
    trust: trustOf(topology, store),
    ...(store.standIn && { standIn: store.standIn }),
    timeoutMs,
    clients: new ValkeyClients(),
  };
  tier.onClose(() => underTest.clients.close());
  const { primary, replicas } = underTest;
  const contactOf = (server: ValkeyServerUnderTest): Contact =>
    new Contact({
      label: server.label,
      endpoint: server,
      ask: () => onServer(underTest, server, (client) => client.ping()),
      timeoutMs,
    });
  return [
    ...onceAnswered(
      [...valkeyChecks(underTest), ...valkeyAccessChecks({ topology, ...logins }, underTest, store)],
      [contactOf(primary), ...replicas.map(contactOf)],
      topology.world,
    ),
    ...missingReplica(underTest),
  ];
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): ValkeyServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
