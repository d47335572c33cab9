import { trustOf, type DocumentDbTopology, type ServerTopology } from '../topology';
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
import { missingReplica } from './stand-in';
import type { TierUnderTest } from './tier-under-test';

/** What proves a store of kind `documentdb`, as the topology describes it. */
export function documentdbStoreChecks(tier: TierUnderTest, name: string, store: DocumentDbTopology): readonly Check[] {
  const underTest: DocumentDbUnderTest = {
    store: name,
    primary: serverOf(name, store.primary),
    replicas: store.replicas.map((server) => serverOf(name, server)),
    login: () => tier.secrets.read(store.secrets.smoke),
    trust: trustOf(tier.topology, store),
    ...(store.standIn && { standIn: store.standIn }),
    timeoutMs: tier.timeoutMs,
  };
  const { primary, replicas } = underTest;
  const contactOf = (server: DocumentServerUnderTest): Contact =>
    new Contact({
      label: server.label,
      endpoint: server,
      ask: () => onServer(underTest, server, (client) => client.db(SMOKE_DATABASE).command({ ping: 1 })),
      timeoutMs: tier.timeoutMs,
    });
  return [
    ...onceAnswered(
      [...documentDbChecks(underTest), ...documentDbAccessChecks(tier, underTest, store)],
      [contactOf(primary), ...replicas.map(contactOf)],
      tier.topology.world,
    ),
    ...missingReplica(underTest),
  ];
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): DocumentServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
