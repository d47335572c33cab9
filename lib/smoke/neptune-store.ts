import { signBoltLogin } from '../neptune/sign-bolt-login';
import type { Credentials, SecretSource } from '../sources';
import { trustOf, type NeptuneTopology, type ServerTopology } from '../topology';
import { SmokeSkip, type Check } from './check';
import { Contact, onceAnswered } from './contact';
import { neptuneChecks, onServer, type GraphServerUnderTest, type NeptuneUnderTest } from './neptune';
import type { Proves } from './prove-stores';
import { missingReplica } from './stand-in';
import type { TierUnderTest } from './tier-under-test';

/** Neptune looks at what was signed, and not at who is named. */
const SIGNER = 'username';

/** What proves stores of kind `neptune`, as the topology describes them. @param secrets for what stands in for Neptune, which takes passwords */
export const provesNeptune =
  (secrets: SecretSource): Proves<'neptune'> =>
  (tier) => ({ neptune: (name, store) => checksOf(tier, secrets, name, store) });

function checksOf(tier: TierUnderTest, secrets: SecretSource, name: string, store: NeptuneTopology): readonly Check[] {
  const underTest: NeptuneUnderTest = {
    store: name,
    writer: serverOf(name, store.primary),
    readers: store.replicas.map((server) => serverOf(name, server)),
    login: (server) => (store.login ? secrets.read(store.login.secret) : signedFor(server, store)),
    trust: trustOf(tier.topology, store),
    ...(store.standIn && { standIn: store.standIn }),
    timeoutMs: tier.timeoutMs,
  };
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

async function signedFor(endpoint: GraphServerUnderTest, { iam }: NeptuneTopology): Promise<Credentials> {
  if (iam === undefined) throw new SmokeSkip('the topology does not say for which region to sign');
  return { username: SIGNER, password: await signBoltLogin({ endpoint, region: iam.region }) };
}

const serverOf = (store: string, { name, endpoint: { host, port } }: ServerTopology): GraphServerUnderTest => ({
  label: `${store}/${name}`,
  host,
  port,
});
