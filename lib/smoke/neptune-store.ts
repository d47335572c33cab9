import { signBoltLogin } from '../neptune';
import type { Credentials } from '../sources';
import type { NeptuneTopology, ServerTopology } from '../topology';
import { SmokeSkip, type Check } from './check';
import { neptuneChecks, type GraphServerUnderTest } from './neptune';
import type { TierUnderTest } from './tier-under-test';

/** Neptune looks at what was signed, and not at who is named. */
const SIGNER = 'username';

/** What proves a store of kind `neptune`, as the topology describes it. */
export function neptuneStoreChecks(tier: TierUnderTest, name: string, store: NeptuneTopology): readonly Check[] {
  const { trust } = tier.topology;
  return neptuneChecks({
    store: name,
    writer: serverOf(name, store.primary),
    readers: store.replicas.map((server) => serverOf(name, server)),
    login: (server) => signedFor(server, store),
    ...(trust.kind === 'file' && { authorityFile: trust.path }),
    timeoutMs: tier.timeoutMs,
  });
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
