import { DEPLOYMENT_LIMITS, QUOTAS } from '../catalog';
import { isRelational, type RelationalDefinition, type StoreDefinition, type TierDefinition } from '../definition';
import { configInvalid } from '../definition/faults/config-invalid';
import type { Fault } from '../definition/faults/fault';
import { iamServicesOf } from '../definition/services/iam';
import { nowhere } from '../definition/faults/locate';
import { publishedServices } from '../definition/services/published';
import { shardStackOf, stackName } from '../definition/names/stacks';
import { countResources, inventoryOf } from './inventory';

/**
 * Servers at least that the right to log in to with a token names in one managed policy, however long the region's name and the role's are. A test holds
 * it against the templates.
 */
const LOGINS_A_POLICY = 35;
const LOGINS_OF_A_ROLE = LOGINS_A_POLICY * DEPLOYMENT_LIMITS.managedPoliciesOfRole.value;

/** Of the right to log in to one server, beside three names: that of the role, the stack and the output that says what RDS calls the server. */
const LOGIN_BYTES = 250;
/** Of access for the kit's own functions: their groups and logs. */
const OUTPUTS_OF_OPERATIONS = 20;

/** For all else in the template of access. */
const REST_OF_ACCESS_BYTES = 300_000;

/** Of the ARN of a secret, beside what the stack, the store and the service are called. */
const SECRET_ARN_CHARACTERS = 130;
/** Of a part of the topology, beside what it lists. */
const AROUND_PART = 300;

/**
 * Refuses a tier that AWS would never take, however much of its quotas the account was given: before anything of it is synthesized.
 * @throws {PolystoreError} CONFIG_INVALID with every fault
 */
export function refuseWhatNeverFits(tier: TierDefinition): void {
  const faults = hardLimitFaults(tier);
  if (faults.length > 0) throw configInvalid(faults, nowhere);
}

const hardLimitFaults = (tier: TierDefinition): readonly Fault[] => [
  ...fullStacks(tier),
  ...manyOutputs(tier),
  ...manyLogins(tier),
  ...longAccessTemplate(tier),
  ...longParameters(tier),
];

function fullStacks(tier: TierDefinition): readonly Fault[] {
  const { groups } = inventoryOf(tier);
  const most = QUOTAS.resources.default;
  return [...new Set(groups.map(({ stack }) => stack))].flatMap((stack) => {
    const own = groups.filter((group) => group.stack === stack);
    const count = Object.values(countResources(own)).reduce((sum, each) => sum + each, 0);
    if (count <= most) return [];
    const isAccess = own.some(({ part }) => part === 'access');
    const store = own.find(({ part }) => tier.stores[part] !== undefined)?.part;
    return [
      {
        path: isAccess || store === undefined ? ['services'] : ['stores', store],
        message: isAccess
          ? `got ${usesOf(tier)} uses of stores by services, each with a secret or rules of its own: stack ${stack} would have ${count} resources, CloudFormation takes ${most}; let services use fewer stores, or make two tiers of them`
          : `stack ${stack} would have ${count} resources, CloudFormation takes ${most}: make two stores of it`,
      },
    ];
  });
}

const usesOf = ({ services }: TierDefinition): number =>
  Object.values(services).reduce((sum, { uses }) => sum + Object.keys(uses).length, 0);

/** What access says of services, to people and to the stacks of proxies. */
function manyOutputs(tier: TierDefinition): readonly Fault[] {
  const outputs = Object.values(tier.services).reduce((sum, { uses, principals, client, authentication }) => {
    const pooled = Object.values(tier.stores).filter(
      (store) => isRelational(store) && store.pooling !== undefined && Object.hasOwn(uses, store.name),
    ).length;
    const group = client === undefined ? 1 + Math.min(pooled, 1) : 0;
    const secrets = authentication === 'password' ? pooled : 0;
    return sum + group + Math.min(principals.length, 1) + secrets;
  }, OUTPUTS_OF_OPERATIONS);
  const most = DEPLOYMENT_LIMITS.templateOutputs.value;
  return outputs <= most
    ? []
    : [
        {
          path: ['services'],
          message: `got ${Object.keys(tier.services).length} services, for which the stack of access would have ${outputs} outputs, CloudFormation takes ${most}; let fewer use stores with pooling, or make two tiers of them`,
        },
      ];
}

/** Servers that whoever logs in to a store by IAM is let in to by name. */
const serversOf = (store: RelationalDefinition): number =>
  store.kind === 'postgres' ? 1 + store.replicas.length : store.shards.length;

const byIam = ({ services }: TierDefinition) =>
  Object.values(services).filter(({ authentication }) => authentication === 'iam');

function loginsOf(tier: TierDefinition, uses: Readonly<Record<string, unknown>>): number {
  return Object.values(tier.stores)
    .filter(isRelational)
    .filter(({ name }) => Object.hasOwn(uses, name))
    .reduce((sum, store) => sum + serversOf(store), 0);
}

function manyLogins(tier: TierDefinition): readonly Fault[] {
  const ofServices = byIam(tier).flatMap(({ name, uses }) => {
    const logins = loginsOf(tier, uses);
    return logins <= LOGINS_OF_A_ROLE
      ? []
      : [
          {
            path: ['services', name, 'authentication'],
            message: `got iam() on ${logins} servers, allowed: up to ${LOGINS_OF_A_ROLE}, which is what the policies of one role can name; use password(), or make services of their own for some of the stores`,
          },
        ];
  });
  const ofProxies = Object.values(tier.stores)
    .filter(isRelational)
    .flatMap((store) => {
      if (store.pooling === undefined) return [];
      const services = iamServicesOf(tier, store.name).length;
      const logins = services * mostInAStack(store);
      return logins <= LOGINS_OF_A_ROLE
        ? []
        : [
            {
              path: ['stores', store.name, 'pooling'],
              message: `got ${services} services by iam(), ${logins} logins for the role of proxies that share a stack, allowed: up to ${LOGINS_OF_A_ROLE}; let some use password()`,
            },
          ];
    });
  return [...ofServices, ...ofProxies];
}

/** Primaries before which the proxies of one stack stand. */
function mostInAStack(store: RelationalDefinition): number {
  if (store.kind === 'postgres') return 1;
  const counts = new Map<string, number>();
  for (const { name } of store.shards) counts.set(shardStackOf(name), (counts.get(shardStackOf(name)) ?? 0) + 1);
  return Math.max(...counts.values());
}

function longAccessTemplate(tier: TierDefinition): readonly Fault[] {
  const bytes = byIam(tier).reduce((sum, { name, uses }) => {
    const stores = Object.values(tier.stores).filter((store) => isRelational(store) && Object.hasOwn(uses, store.name));
    return (
      sum +
      stores.reduce((ofStore, store) => {
        const names = name.length + 2 * stackName(tier, store.name).length;
        return ofStore + loginsOf(tier, { [store.name]: true }) * (LOGIN_BYTES + names);
      }, 0)
    );
  }, REST_OF_ACCESS_BYTES);
  const most = DEPLOYMENT_LIMITS.templateBytes.value;
  const services = byIam(tier).length;
  return bytes <= most
    ? []
    : [
        {
          path: ['services'],
          message: `got ${services} services by iam() on so many servers that the template of access would take ${bytes} bytes, CloudFormation takes ${most}; let some use password()`,
        },
      ];
}

function longParameters(tier: TierDefinition): readonly Fault[] {
  const most = DEPLOYMENT_LIMITS.parameterCharacters.value;
  const tierPart =
    JSON.stringify(publishedServices(tier)).length +
    JSON.stringify(Object.fromEntries(Object.values(tier.stores).map((store) => [store.name, shardStacksOf(store)])))
      .length +
    AROUND_PART;
  const ofTier =
    tierPart <= most
      ? []
      : [
          {
            path: ['services'],
            message: `got ${usesOf(tier)} uses of stores by services, whose names take ${tierPart} characters of the parameter that tells them, allowed: up to ${most}; shorten names, or make two tiers of them`,
          },
        ];
  const ofStores = Object.values(tier.stores).flatMap((store) => {
    // IAM knows who asks these.
    if (store.kind === 'dynamodb' || store.kind === 'neptune') return [];
    const users = Object.values(tier.services).filter(({ uses }) => Object.hasOwn(uses, store.name));
    const characters = users.reduce(
      (sum, { name }) => sum + 2 * name.length + store.name.length + SECRET_ARN_CHARACTERS,
      AROUND_PART,
    );
    return characters <= most
      ? []
      : [
          {
            path: ['stores', store.name],
            message: `got ${users.length} services that use it, whose secrets take ${characters} characters of the parameter that names them, allowed: up to ${most}; let fewer services use it, or shorten their names`,
          },
        ];
  });
  const ofTables = Object.values(tier.stores).flatMap((store) => {
    if (store.kind !== 'dynamodb') return [];
    const characters = JSON.stringify(store.indexes).length + AROUND_PART;
    return characters <= most
      ? []
      : [
          {
            path: ['stores', store.name, 'indexes'],
            message: `got indexes whose names and keys take ${characters} characters of the parameter that tells them, allowed: up to ${most}; shorten names`,
          },
        ];
  });
  return [...ofTier, ...ofStores, ...ofTables];
}

const shardStacksOf = (store: StoreDefinition): readonly string[] =>
  store.kind === 'shardedPostgres' ? [...new Set(store.shards.map(({ name }) => shardStackOf(name)))] : [];
