import { ArnFormat, Fn, Stack, Tags } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ROTATED_ELSEWHERE, RoleSecret } from '../../constructs';
import type { ServiceDefinition, TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/services/iam';
import { SMOKE_ROLE, TOPOLOGY_VERSION } from '../topology';
import { cacheUserOf } from './cache-policies';
import { parameterName } from './names';
import type { Store } from './store';
import { TopologyParameter } from './topology-parameter';

/** What everybody but its owner logs in to a store with, all its shards alike: ARNs of secrets. */
export interface StoreLogins {
  readonly smoke: string;
  /** By service; none of those that log in by IAM. */
  readonly services: ReadonlyMap<string, string>;
}

export const usesStore = ({ uses }: ServiceDefinition, { name }: Pick<Store, 'name'>): boolean =>
  Object.hasOwn(uses, name);

/** Whether anybody logs in to a store with a secret: IAM knows already who asks a table or a graph. */
export const hasLogins = ({ table, graph }: Store): boolean => table === undefined && graph === undefined;

/** What clients of a store log in with, and the part of the topology that says so: secrets of this stack, or what the store's own stack made. */
export function storeLogins(scope: Construct, tier: TierDefinition, store: Store): StoreLogins {
  return store.logins === undefined
    ? new StoreSecrets(scope, tier, store)
    : new PublishedLogins(scope, tier, store.name, store.logins);
}

/** Logins that a store's own stack made; the part of the topology that says so. */
class PublishedLogins extends Construct implements StoreLogins {
  readonly smoke: string;
  readonly services: ReadonlyMap<string, string>;

  constructor(scope: Construct, tier: TierDefinition, store: string, { smoke, services }: StoreLogins) {
    super(scope, store);
    this.smoke = smoke;
    this.services = services;
    publish(this, tier, store, this);
    Tags.of(this).add('store', store);
  }
}

/** Secrets of a store, copied to each region where the store has replicas; and the part of the topology that says so. */
export class StoreSecrets extends Construct implements StoreLogins {
  readonly smoke: string;
  readonly services: ReadonlyMap<string, string>;

  constructor(scope: Construct, tier: TierDefinition, store: Store) {
    super(scope, store.name);
    // By ARN: a grant on the key itself would make the store's stack depend on this one.
    const encryptionKey = kms.Key.fromKeyArn(this, 'Key', store.key.keyArn);
    const copies = copiesOf(tier, store.name);
    const rotation = tier.stores[store.name]?.kind === 'documentdb' ? { withoutRotation: ROTATED_ELSEWHERE } : {};
    this.smoke = new RoleSecret(this, 'Smoke', {
      role: SMOKE_ROLE,
      encryptionKey,
      description: `Smoke test in store ${store.name} of ${tier.name}/${tier.stage.name}`,
      copies,
      ...rotation,
    }).arn;
    const serviceScope = new Construct(this, 'Services');
    this.services = new Map(
      passwordsOf(tier, store).map((name): [string, string] => {
        const secret = new RoleSecret(serviceScope, name, {
          role: name,
          encryptionKey,
          description: `Service ${name} in store ${store.name} of ${tier.name}/${tier.stage.name}`,
          copies,
          ...rotation,
        });
        Tags.of(secret).add('service', name);
        return [name, secret.arn];
      }),
    );
    publish(this, tier, store.name, this);
    Tags.of(this).add('store', store.name);
  }
}

/** Copies of a store's secrets in this stack's region, of which the originals are in another; and the part of the topology that says so. */
export class CopiedSecrets extends Construct implements StoreLogins {
  readonly smoke: string;
  readonly services: ReadonlyMap<string, string>;

  constructor(scope: Construct, tier: TierDefinition, store: Store, originals: StoreLogins) {
    super(scope, store.name);
    this.smoke = this.copyOf(originals.smoke);
    this.services = new Map(
      passwordsOf(tier, store).flatMap((name): [string, string][] => {
        const original = originals.services.get(name);
        return original === undefined ? [] : [[name, this.copyOf(original)]];
      }),
    );
    publish(this, tier, store.name, this);
    Tags.of(this).add('store', store.name);
  }

  /**
   * Nothing but the region tells a copy's ARN from the original's.
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
   */
  private copyOf(original: string): string {
    return Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: Fn.select(6, Fn.split(':', original)),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

/** Services that log in to a store with a password. */
const passwordsOf = ({ services }: TierDefinition, store: Store): readonly string[] =>
  Object.values(services)
    .filter((service) => usesStore(service, store) && service.authentication === 'password')
    .map(({ name }) => name);

/** Of a cache, a user who logs in by IAM is called what its id is. */
const roleOf = (tier: TierDefinition, store: string, service: string): string =>
  tier.stores[store]?.kind === 'valkey' ? cacheUserOf(tier, store, service) : service;

function publish(scope: Construct, tier: TierDefinition, store: string, { smoke, services }: StoreLogins): void {
  const byIam = iamServicesOf(tier, store);
  new TopologyParameter(scope, 'Topology', tier, {
    path: ['access', store],
    part: {
      part: 'access',
      version: TOPOLOGY_VERSION,
      store,
      smoke,
      services: Object.fromEntries(services),
      ...(byIam.length > 0 && {
        iam: Object.fromEntries(
          byIam.map(({ name }) => [name, { role: roleOf(tier, store, name), region: Stack.of(scope).region }]),
        ),
      }),
    },
  });
}

/** Where a store's secrets are copied to, and the key there: the region's own, else the kit's, by the name that it has in every region. */
function copiesOf(
  tier: TierDefinition,
  store: string,
): readonly { readonly region: string; readonly kmsKeyId: string }[] {
  const definition = tier.stores[store];
  const elsewhere = definition?.kind === 'postgres' ? (definition.elsewhere ?? []) : [];
  return [...new Set(elsewhere.map(({ region }) => region))].map((region) => ({
    region,
    kmsKeyId: tier.stage.regions?.[region]?.encryptionKeyArn ?? `alias${parameterName(tier, store)}`,
  }));
}
