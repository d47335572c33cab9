import type { SecretSource } from '../sources';
import { trustOf, type DocumentDbTopology, type ServerTopology } from '../topology';
import { backupsCome, type BackupPromises } from './backups-check';
import type { Check } from './check';
import {
  documentDbChecks,
  onServer,
  SMOKE_DATABASE,
  type DocumentDbUnderTest,
  type DocumentServerUnderTest,
} from './documentdb';
import { Contact, onceAnswered } from './contact';
import { documentDbAccessChecks } from './documentdb-access';
import type { Proves } from './prove-stores';
import { SharedClients } from './shared-clients';
import { missingReplica } from './stand-in';
import type { TierUnderTest } from './tier-under-test';

/** What proves stores of kind `documentdb`, as the topology describes them. @param backups those promised @default - nobody can be asked about them */
export const provesDocumentDb =
  (secrets: SecretSource, backups?: BackupPromises): Proves<'documentdb'> =>
  (tier) => ({
    documentdb: (name, store) => [
      ...checksOf(tier, secrets, name, store),
      backupsCome({
        store: name,
        host: store.primary.endpoint.host,
        world: tier.topology.world,
        promises: backups,
        ...(store.replicaSet === undefined && { untold: ELASTIC }),
      }),
    ],
  });

/** @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-private-link.html (elastic clusters) */
const ELASTIC =
  'AWS has no way to the API of elastic clusters from a network without a way out: npx polystore runbook backups asks by hand';

function checksOf(
  tier: TierUnderTest,
  secrets: SecretSource,
  name: string,
  store: DocumentDbTopology,
): readonly Check[] {
  const { topology, timeoutMs } = tier;
  const underTest: DocumentDbUnderTest = {
    store: name,
    primary: serverOf(name, store.primary),
    replicas: store.replicas.map((server) => serverOf(name, server)),
    login: () => secrets.read(store.secrets.smoke),
    trust: trustOf(topology, store),
    ...(store.standIn && { standIn: store.standIn }),
    timeoutMs,
    clients: new SharedClients({ close: (client) => client.close() }),
  };
  tier.onClose(() => underTest.clients.close());
  const { primary, replicas } = underTest;
  const contactOf = (server: DocumentServerUnderTest): Contact =>
    new Contact({
      label: server.label,
      endpoint: server,
      ask: () => onServer(underTest, server, (client) => client.db(SMOKE_DATABASE).command({ ping: 1 })),
      timeoutMs,
    });
  return [
    ...onceAnswered(
      [...documentDbChecks(underTest), ...documentDbAccessChecks({ topology, secrets }, underTest, store)],
      [contactOf(primary), ...replicas.map(contactOf)],
      topology.world,
    ),
    ...missingReplica(underTest),
  ];
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): DocumentServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
