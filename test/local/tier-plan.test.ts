import config from '../../tier.config';
import { newVpc, parseTier, postgres, type PostgresDefinition } from '../../lib/definition';
import { firstPlacements, localTopology } from '../../lib/local/local-topology';
import { tierDirectory } from '../../lib/local/tier-directory';
import { planClusters, serversOf } from '../../lib/local/tier-plan';
import { countBuckets } from '../../lib/placement';
import { decodeTopology, encodeTopology } from '../../lib/topology';
import { pair, shards } from './scratch';

test.each([
  [5, 10],
  [30, 30],
  [400, 100],
])('max_connections of %i is %i here', (declared, here) => {
  const [cluster] = planClusters({
    ...pair(),
    stores: { main: { ...(pair().stores['main'] as PostgresDefinition), maxConnections: declared } },
  });
  expect(cluster?.maxConnections).toBe(here);
});

test('a service has a secret in each store that it uses, and in no other', () => {
  const secrets = planClusters(parseTier(config)).map(({ store, shard, secrets: names }) => [
    store,
    shard,
    Object.keys(names.services),
  ]);
  expect(secrets).toEqual([
    ['main', undefined, ['users', 'posts']],
    ['posts', 's0', ['posts']],
    ['posts', 's1', ['posts']],
    ['posts', 's2', ['posts']],
    ['posts', 's3', ['posts']],
  ]);
});

test('the topology survives its codec and names every server once', () => {
  const definition = parseTier(config);
  const labels = planClusters(definition)
    .flatMap(serversOf)
    .map(({ label }) => label);
  const topology = localTopology(
    definition,
    tierDirectory('/tier'),
    '/tier/tls/ca.crt',
    ({ label }) => 6000 + labels.indexOf(label),
  );
  expect(decodeTopology(encodeTopology(topology), 'here')).toEqual(topology);
  const ports = [...JSON.stringify(topology).matchAll(/"port":(\d+)/g)].map(([, port]) => Number(port));
  expect(ports.sort()).toEqual(labels.map((_, index) => 6000 + index));
});

test('a replica in another region is one like any other here, and says where it would be', () => {
  const definition = parseTier({
    name: 'shop',
    stages: {
      prod: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        env: { account: '111122223333', region: 'eu-west-1' },
        regions: {
          'eu-central-1': { network: newVpc({ cidr: '10.1.0.0/16' }), zones: ['eu-central-1a', 'eu-central-1b'] },
        },
      },
    },
    stores: { main: postgres({ replicas: { r1: {}, eu: { region: 'eu-central-1' } } }) },
  });
  const servers = planClusters(definition).flatMap(serversOf);
  expect(servers.map(({ name, role, region }) => [name, role, region])).toEqual([
    ['primary', 'primary', undefined],
    ['r1', 'replica', undefined],
    ['eu', 'replica', 'eu-central-1'],
  ]);
  const { main } = localTopology(definition, tierDirectory('/tier'), '/ca.crt', () => 6000).stores;
  expect(main?.kind === 'postgres' && main.replicas.map(({ name, region }) => [name, region])).toEqual([
    ['r1', undefined],
    ['eu', 'eu-central-1'],
  ]);
});

test('buckets go to active shards by their weight', () => {
  const first = firstPlacements(shards({ s0: { weight: 3 }, s1: {}, s2: { state: 'draining' } })).get('posts');
  expect(first).toMatchObject({ store: 'posts', keyType: 'bigint' });
  expect(Object.fromEntries(countBuckets(first!.shardMap))).toEqual({ s0: 3072, s1: 1024 });
});
