import {
  isRelational,
  type ServiceDefinition,
  type StoreDefinition,
  type StoreKind,
  type TierDefinition,
} from '../definition';
import { callsDynamoDb } from '../definition/network/called-services';
import { stackName } from '../definition/names/stacks';
import { familyOf } from '../topology';
import type { FullestGroups, ResourceGroup } from './inventory';
import { familiesInUse, kitFunctionsOf } from './kit-functions';
import { makesEndpoints } from './network-inventory';
import { poolingStacksOf } from './pooling-inventory';

/** The stack `access`: secrets and parameters of each store, security groups of clients and their rules. */
export function accessInventory(tier: TierDefinition): {
  readonly groups: readonly ResourceGroup[];
  readonly fullestGroups: FullestGroups;
  readonly copiedSecrets: Readonly<Record<string, number>>;
} {
  const stack = stackName(tier, 'access');
  const stores = Object.keys(tier.stores);
  const services = Object.values(tier.services);
  const own = makesEndpoints(tier);
  const families = familiesInUse(tier);
  const isAway = tier.stage.awayFrom !== undefined;
  // One of the smoke test's role, one of each service's that has a password.
  const secretsOf = (store: string): number =>
    1 + usersOf(store).filter(({ authentication }) => authentication === 'password').length;
  const usersOf = (store: string): readonly ServiceDefinition[] =>
    services.filter(({ uses }) => uses[store] !== undefined);
  const poolsOf = (store: string): number => {
    const definition = tier.stores[store];
    return definition === undefined || !isRelational(definition) ? 0 : poolingStacksOf(definition);
  };
  const clients: readonly Client[] = [
    // The kit's own functions reach the stores of their family directly, and each service its own, and each stack of proxies before them.
    ...families.map((family): Client => ({
      stores: Object.values(tier.stores)
        .filter((store) => familyOf(store) === family)
        .map(({ name }) => name),
      pools: 0,
      group: 'kit',
    })),
    ...services.map(({ uses, client }): Client => {
      const used = stores.filter((store) => uses[store] !== undefined);
      const group = client === undefined ? 'kit' : client.account === undefined ? 'existing' : 'foreign';
      return { stores: used, pools: used.reduce((sum, store) => sum + poolsOf(store), 0), group };
    }),
  ];
  // Whoever uses a store finds it by way of SSM and Secrets Manager, and some by way of DynamoDB.
  const isCaller = (store: string): boolean =>
    Object.values(tier.stores).some((each) => each.name === store && callsDynamoDb(each));
  const waysToAws = ({ stores: used, group }: Client): number => {
    if (used.length === 0 || group === 'foreign' || (group === 'existing' && !own)) return 0;
    return own && used.some(isCaller) ? 2 : 1;
  };
  const serversOf = (client: Pick<Client, 'stores'>): readonly string[] =>
    client.stores.filter((store) => tier.stores[store]?.kind !== 'dynamodb');
  const waysOut = (client: Client): number =>
    client.group === 'foreign' ? 0 : serversOf(client).length + waysToAws(client);
  const toEndpoints = own ? clients.filter((client) => waysToAws(client) > 0).length : 0;
  const byRole = services.filter(
    ({ principals, uses }) => principals.length > 0 && Object.keys(uses).length > 0,
  ).length;
  return {
    groups: [
      ...stores.map((store) => ({
        stack,
        part: store,
        resources: isAway
          ? // Where its servers are, beside who logs in how; its secrets are copies.
            { 'AWS::SSM::Parameter': 2 }
          : {
              ...(loginsOf(tier.stores[store]) === 'access' && { 'AWS::SecretsManager::Secret': secretsOf(store) }),
              ...(loginsOf(tier.stores[store]) !== 'none' && { 'AWS::SSM::Parameter': 1 }),
            },
      })),
      {
        stack,
        part: 'access',
        resources: {
          // Who may do what, and the last report of each family.
          'AWS::SSM::Parameter': 1 + families.length,
          'AWS::EC2::SecurityGroup': clients.filter(({ group }) => group === 'kit').length,
          'AWS::EC2::SecurityGroupEgress': sum(clients.map(waysOut)),
          'AWS::EC2::SecurityGroupIngress': sum(clients.map((client) => serversOf(client).length)) + toEndpoints,
          // Of the kit's own functions.
          'AWS::Logs::LogGroup': kitFunctionsOf(tier).length,
          ...(byRole > 0 && { 'AWS::IAM::Role': byRole, 'AWS::IAM::Policy': byRole }),
        },
      },
      {
        stack,
        part: 'access',
        resources: own && stores.some(isCaller) ? PREFIX_LIST : {},
      },
    ],
    copiedSecrets: isAway ? Object.fromEntries(stores.map((store) => [store, secretsOf(store)])) : {},
    fullestGroups: {
      inboundRules: Math.max(
        toEndpoints,
        ...serversOf({ stores }).map((store) => 1 + usersOf(store).length + poolsOf(store)),
      ),
      // Beside its ways out, a group of the kit's has the rule that keeps EC2 from opening everything.
      outboundRules: Math.max(
        ...clients
          .filter(({ group }) => group !== 'foreign')
          .map((client) => waysOut(client) + client.pools + (client.group === 'kit' ? 1 : 0)),
      ),
    },
  };
}

/** Who reaches stores, and whose security group it is. */
interface Client {
  readonly stores: readonly string[];
  /** Stacks of proxies before these. */
  readonly pools: number;
  /** `foreign`: of another account, which opens the way out. */
  readonly group: 'kit' | 'existing' | 'foreign';
}

/**
 * Where the secrets of a kind's users are made: in the stack of access, with the store itself, or nowhere, since nobody logs in. A kind without a row
 * does not compile.
 */
const LOGINS: Readonly<Record<StoreKind, 'access' | 'store' | 'none'>> = {
  postgres: 'access',
  shardedPostgres: 'access',
  valkey: 'store',
  dynamodb: 'none',
  documentdb: 'access',
  neptune: 'none',
};

const loginsOf = (store: StoreDefinition | undefined): 'access' | 'store' | 'none' =>
  store === undefined ? 'access' : LOGINS[store.kind];

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** What finds the addresses of DynamoDB. */
const PREFIX_LIST = {
  'AWS::IAM::Role': 1,
  'AWS::IAM::Policy': 2,
  'AWS::Lambda::Function': 1,
  'AWS::Logs::LogGroup': 1,
  'Custom::DynamoDbPrefixList': 1,
} as const;
