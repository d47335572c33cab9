import { signBoltLogin } from '../neptune/sign-bolt-login';
import type { Signing } from '../signing';
import type { Credentials, SecretSource } from '../sources';
import { trustOf, type NeptuneTopology, type ServerTopology } from '../topology';
import { backupsCome, type BackupPromises } from './backups-check';
import { SmokeSkip, type Check } from './check';
import { Contact, onceAnswered } from './contact';
import { onServer, type GraphServerUnderTest, type NeptuneUnderTest } from './graph-server';
import { neptuneChecks } from './neptune';
import type { Proves } from './prove-stores';
import { SharedClients } from './shared-clients';
import { missingReplica } from './stand-in';
import type { TierUnderTest } from './tier-under-test';

/** Neptune looks at what was signed, and not at who is named. */
const SIGNER = 'username';

/** How the smoke test is let in: by what it signs, or where something stands in for Neptune, with a password. */
export interface NeptuneLogins {
  /** Keys of the role that signs. @default - those of the environment */
  readonly signing?: Signing;
  /** @default - there is none: nothing stands in for Neptune */
  readonly secrets?: SecretSource;
}

/** What the smoke test is given of graphs. */
export interface NeptuneProofs extends NeptuneLogins {
  /** Backups that are promised. @default - nobody can be asked about them */
  readonly backups?: BackupPromises;
}

/** What proves stores of kind `neptune`, as the topology describes them. */
export const provesNeptune =
  ({ backups, ...logins }: NeptuneProofs): Proves<'neptune'> =>
  (tier) => ({
    neptune: (name, store) => [
      ...checksOf(tier, logins, name, store),
      backupsCome({
        store: name,
        host: store.primary.endpoint.host,
        world: tier.topology.world,
        promises: backups,
      }),
    ],
  });

function checksOf(tier: TierUnderTest, logins: NeptuneLogins, name: string, store: NeptuneTopology): readonly Check[] {
  const underTest: NeptuneUnderTest = {
    store: name,
    writer: serverOf(name, store.primary),
    readers: store.replicas.map((server) => serverOf(name, server)),
    login: (server) => loginTo(server, store, logins),
    trust: trustOf(tier.topology, store),
    ...(store.standIn && { standIn: store.standIn }),
    timeoutMs: tier.timeoutMs,
    clients: new SharedClients({ close: (driver) => driver.close() }),
  };
  tier.onClose(() => underTest.clients.close());
  const { writer, readers } = underTest;
  const contactOf = (server: GraphServerUnderTest): Contact =>
    new Contact({
      label: server.label,
      endpoint: server,
      ask: () => onServer(underTest, server, (session) => session.run('RETURN 1')),
      timeoutMs: tier.timeoutMs,
    });
  return [
    ...onceAnswered(neptuneChecks(underTest), [contactOf(writer), ...readers.map(contactOf)], tier.topology.world),
    ...missingReplica({ ...underTest, primary: writer }),
  ];
}

async function loginTo(
  endpoint: GraphServerUnderTest,
  { login, iam }: NeptuneTopology,
  { secrets, signing }: NeptuneLogins,
): Promise<Credentials> {
  if (login !== undefined && secrets !== undefined) return secrets.read(login.secret);
  if (iam === undefined) throw new SmokeSkip('the topology does not say for which region to sign');
  const password = await signBoltLogin({ endpoint, region: iam.region, ...(signing && { credentials: signing }) });
  return { username: SIGNER, password };
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): GraphServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
