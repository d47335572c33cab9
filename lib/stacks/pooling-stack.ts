import { CrossStackReferences, Duration, ReferenceStrength, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { DatabaseProxy, POSTGRES_PORT, ProxyRole, ProxySecurityGroup, type ProxyTarget } from '../../constructs';
import { isRelational, type PoolingDefinition, type RelationalDefinition, type TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/services/iam';
import { poolingStackParts } from '../definition/names/stacks';
import { TOPOLOGY_VERSION } from '../topology';
import type { AccessStack } from './access-stack';
import { mayLogIn } from './database-logins';
import { shardStackOf, stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { stackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import type { TierNetwork } from './tier-network';
import { TopologyParameter } from './topology-parameter';

/** A primary that gets a proxy. */
interface PooledPrimary {
  /** `primary`, or the shard's name. */
  readonly name: string;
  /** First part of the names of its proxy and endpoint. */
  readonly identifier: string;
  readonly target: ProxyTarget;
}

export interface PoolingStackProps {
  /** `primary`, or the name of the shard stack whose shards get proxies. */
  readonly name: string;
  readonly primaries: readonly PooledPrimary[];
  readonly pooling: PoolingDefinition;
  readonly store: Store;
  readonly access: AccessStack;
  readonly network: TierNetwork;
}

/**
 * Proxies before the primaries of a store, or of the shards of one stack.
 *
 * Stateless, after access: a proxy logs in with the secrets of services, which a store's stack may not name. See docs/adr/0006-pooling.md.
 */
export class PoolingStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, props: PoolingStackProps) {
    const { store, access, pooling } = props;
    const settings = stackSettings(tier, poolingStackParts(store.name, props.name), `proxies of store ${store.name}`);
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    // Proxies know their servers by name only.
    for (const stack of [...store.stacks, access]) this.addStackDependency(stack);

    const { vpc, dataSubnets } = props.network.in(this);
    const { logRetention, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    const encryptionKey = kms.Key.fromKeyArn(this, 'Key', store.key.keyArn);
    const services = Object.values(tier.services).filter(({ uses }) => Object.hasOwn(uses, store.name));
    const byPassword = services.filter(({ authentication }) => authentication === 'password');
    const byToken = iamServicesOf(tier, store.name);
    const secretArns = byPassword.map(({ name }) => access.secretOf(store.name, name));
    const resourceIds = props.primaries.flatMap(({ name }) => store.resourceIds?.[name] ?? []);
    const logins = mayLogIn(
      this,
      byToken.map(({ name }) => ({ role: name, resourceIds })),
    );
    const role = new ProxyRole(this, 'Role', { secretArns, encryptionKey, logins });
    const securityGroup = new ProxySecurityGroup(this, 'Proxies', {
      vpc,
      description: `Proxies of store ${store.name} of ${tier.name}/${tier.stage.name}`,
    });
    if (store.servers) securityGroup.allowTo({ name: store.name, ...store.servers });
    for (const { name } of services) securityGroup.allowFrom({ name, group: access.clientOf(name) });

    const proxyScope = new Construct(this, 'Before');
    const proxies = props.primaries.map(
      ({ name, identifier, target }) =>
        [
          name,
          new DatabaseProxy(proxyScope, name, {
            vpc,
            vpcSubnets: dataSubnets,
            securityGroup,
            identifier: `${identifier}-proxy`,
            target,
            role,
            secretArns,
            ...(byToken.length > 0 && { withoutSecret: 'iam' }),
            idleClientTimeout: Duration.seconds(pooling.idleClientTimeoutSeconds),
            borrowTimeout: Duration.seconds(pooling.borrowTimeoutSeconds),
            maxConnectionsPercent: pooling.maxConnectionsPercent,
            maxIdleConnectionsPercent: pooling.maxIdleConnectionsPercent,
            ...(pooling.reads === 'pooled' && { readerEndpoint: `${identifier}-readers` }),
            logRetention,
            encryptionKey,
            removalPolicy,
          }),
        ] as const,
    );
    new TopologyParameter(this, 'Topology', tier, {
      path: ['pools', store.name, props.name],
      part: {
        part: 'pool',
        version: TOPOLOGY_VERSION,
        store: store.name,
        stack: props.name,
        port: POSTGRES_PORT,
        primaries: Object.fromEntries(proxies.map(([name, { host }]) => [name, host])),
        readers: Object.fromEntries(
          proxies.flatMap(([name, { readerHost }]) => (readerHost === undefined ? [] : [[name, readerHost]])),
        ),
      },
    });
    tagStack(this, tier, { store: store.name });
  }
}

/** The proxies of every store that asks for some. */
export function synthesizePooling(
  scope: Construct,
  tier: TierDefinition,
  { stores, access, network }: { stores: readonly Store[]; access: AccessStack; network: TierNetwork },
): readonly PoolingStack[] {
  return stores.flatMap((store) => {
    const definition = tier.stores[store.name];
    if (definition === undefined || !isRelational(definition) || definition.pooling === undefined) return [];
    const { pooling } = definition;
    return [...pooledPrimaries(tier, definition)].map(
      ([name, primaries]) => new PoolingStack(scope, tier, { name, primaries, pooling, store, access, network }),
    );
  });
}

/** Primaries by the part of the store that they live in, so that a shard more changes one stack of proxies. */
function pooledPrimaries(
  tier: TierDefinition,
  store: RelationalDefinition,
): ReadonlyMap<string, readonly PooledPrimary[]> {
  const identifier = stackName(tier, store.name);
  if (store.kind === 'postgres') {
    return new Map([['primary', [{ name: 'primary', identifier, target: { instance: `${identifier}-primary` } }]]]);
  }
  const parts = new Map<string, PooledPrimary[]>();
  for (const { name } of store.shards) {
    const part = shardStackOf(name);
    const cluster = stackName(tier, store.name, name);
    parts.set(part, [...(parts.get(part) ?? []), { name, identifier: cluster, target: { cluster } }]);
  }
  return parts;
}
