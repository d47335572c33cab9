import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { DESCRIBE_CACHES, DESCRIBE_SERVERS, statementsOn } from '../../constructs';
import type { TierDefinition } from '../definition';
import { backupsToldBy } from '../definition/network/called-services';
import { iamServicesOf } from '../definition/services/iam';
import type { PlannedFunction } from '../inventory';
import { lastReportPath, SMOKE_ROLE, type KitFunction, type StoreFamily } from '../topology';
import { databaseUser } from './database-logins';
import { changeCacheUsers, mayConnect } from './cache-policies';
import { changeDirectories, keyUse, readTopology, usePlacements } from './function-policies';
import { changeGraphs, graphsOf, WHOLE_GRAPH } from './graph-policies';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';
import { usesStore } from './store-logins';
import { proveTables } from './table-policies';

/** What a function of the kit may ask of AWS. */
export interface FunctionRights {
  readonly statements: readonly iam.PolicyStatement[];
  /** Resources that the statements name by wildcards, and why. */
  readonly wildcards: readonly Wildcards[];
}

export interface Wildcards {
  readonly resources: readonly string[];
  readonly reason: string;
}

/** Whom the rights are for: in `stack`, on the stores of its own family and no others. */
export interface Reaching {
  readonly stack: Stack;
  readonly tier: TierDefinition;
  readonly stores: readonly Store[];
}

/**
 * What one of the kit's functions may ask of AWS: read the topology, read secrets of its own stores, read placements; provisioning writes the first
 * placement too, and the smoke test the report of its family.
 */
export function functionRights({ name, task, family }: PlannedFunction, of: Reaching): FunctionRights {
  const { stack, tier } = of;
  const own = RIGHTS[name](of);
  return gather([
    { statements: [readTopology(stack, tier)], wildcards: [] },
    ...(task === 'smoke' ? [{ statements: [keepLastReport(stack, tier, family)], wildcards: [] }] : []),
    ...own,
  ]);
}

/** A function without a row does not compile. */
const RIGHTS: Readonly<Record<KitFunction, (of: Reaching) => readonly FunctionRights[]>> = {
  'provision-relational': (of) => [
    readSecrets(of, [...ownersOf(of), ...provenRoles(of)]),
    plain(readImportedSecrets(of.stores)),
    plain(usePlacements(of.stores, ['dynamodb:GetItem', 'dynamodb:PutItem'])),
    plain(
      keyUse(of.stack, of.stores, {
        ...ALL_KEYS,
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      }),
    ),
    // The owner of a database may have to, where services do: see lib/provision/owner-login.ts.
    mayLogInAs(of, ({ owners = [] }) => owners),
  ],
  'provision-documentdb': (of) => [
    readSecrets(of, [...ownersOf(of), ...provenRoles(of)]),
    plain(keyUse(of.stack, of.stores, KEYS_OF_SECRETS)),
  ],
  'smoke-relational': (of) => [
    readSecrets(of, provenRoles(of)),
    plain(usePlacements(of.stores, ['dynamodb:GetItem'])),
    // It assigns keys of its own, writes rows by them, and takes both out again.
    plain(changeDirectories(of.stack, of.stores)),
    plain(keyUse(of.stack, of.stores, { ...ALL_KEYS, actions: ['kms:Decrypt', 'kms:DescribeKey'] })),
    ...describe(of, 'rds', SERVERS),
    // It proves what a service may do as the service.
    mayLogInAs(of, ({ name }) => iamServicesOf(of.tier, name).map((service) => service.name)),
  ],
  'smoke-valkey': (of) => [
    readSecrets(of, provenRoles(of)),
    plain(keyUse(of.stack, of.stores, KEYS_OF_SECRETS)),
    // It proves what a service may do as the service.
    plain(mayConnect(of.stack, of.tier, { stores: of.stores, services: Object.keys(of.tier.services) })),
    ...describe(of, 'elasticache', CACHES),
  ],
  'smoke-documentdb': (of) => [
    readSecrets(of, provenRoles(of)),
    plain(keyUse(of.stack, of.stores, KEYS_OF_SECRETS)),
    ...describe(of, 'rds', CLUSTERS),
  ],
  // Nobody logs in to these: IAM knows who asks.
  'smoke-dynamodb': ({ stack, stores }) => [plain(proveTables(stack, stores))],
  'smoke-neptune': (of) => [
    {
      statements: changeGraphs(of.stack, of.stores),
      wildcards: [{ resources: graphsOf(of.stack, of.stores), reason: WHOLE_GRAPH }],
    },
    ...describe(of, 'rds', CLUSTERS),
  ],
  'rotate-valkey': (of) => [
    useSecrets(of, provenRoles(of), { actions: CHANGE_SECRETS }),
    plain(keyUse(of.stack, of.stores, KEYS_OF_CHANGED_SECRETS)),
    plain(changeCacheUsers(of.stack, of.tier, of.stores)),
  ],
  'rotate-documentdb': (of) => [
    useSecrets(of, provenRoles(of), { actions: CHANGE_SECRETS }),
    ...ofOwners(of),
    plain(keyUse(of.stack, of.stores, KEYS_OF_CHANGED_SECRETS)),
  ],
};

/** Owners make users; their own secrets are changed where the server lets them change their own password. */
function ofOwners(of: Reaching): readonly FunctionRights[] {
  const rightsOn = (stores: readonly Store[], actions: readonly string[], sid: string): readonly FunctionRights[] => {
    const some = { ...of, stores };
    return stores.length === 0 ? [] : [useSecrets(some, ownersOf(some), { sid, actions })];
  };
  const changed = of.stores.filter(({ rotatedOwner }) => rotatedOwner !== undefined);
  const read = of.stores.filter(({ rotatedOwner }) => rotatedOwner === undefined);
  return [...rightsOn(changed, CHANGE_SECRETS, 'Owners'), ...rightsOn(read, READ_SECRETS, 'ReadOwners')];
}

const READ_SECRETS = ['GetSecretValue'] as const;

/** What a rotation does with a secret. */
const CHANGE_SECRETS = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'] as const;

const ALL_KEYS = { sid: 'Keys', services: ['secretsmanager', 'dynamodb'] } as const;
const KEYS_OF_CHANGED_SECRETS = {
  sid: 'Keys',
  services: ['secretsmanager'],
  actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
} as const;
const KEYS_OF_SECRETS = { sid: 'Keys', services: ['secretsmanager'], actions: ['kms:Decrypt'] } as const;

const plain = (statements: readonly iam.PolicyStatement[]): FunctionRights => ({ statements, wildcards: [] });

const gather = (rights: readonly FunctionRights[]): FunctionRights => ({
  statements: rights.flatMap(({ statements }) => statements),
  wildcards: rights.flatMap(({ wildcards }) => wildcards),
});

/** Roles that own databases. A store from a snapshot has the owner that the snapshot has; who owns an imported one is its own business. */
const ownersOf = ({ stores }: Reaching): readonly string[] => stores.flatMap(({ owners = [] }) => owners);

/** Roles that are proven, and so provisioned: the smoke test's, and those of services that use one of the stores with a password. */
function provenRoles({ tier: { services }, stores }: Reaching): readonly string[] {
  const byPassword = Object.values(services).filter(
    (service) => service.authentication === 'password' && stores.some((store) => usesStore(service, store)),
  );
  return [SMOKE_ROLE, ...byPassword.map(({ name }) => name)];
}

/**
 * Secrets are chosen by tags, which every secret of the kit carries: a tier of hundreds of shards has more than a policy can list. The smoke test
 * gets no owner's.
 */
const readSecrets = (of: Reaching, roles: readonly string[]): FunctionRights =>
  useSecrets(of, roles, { actions: READ_SECRETS });

function useSecrets(
  { stack, tier, stores }: Reaching,
  roles: readonly string[],
  { sid = 'Secrets', actions }: { readonly sid?: string; readonly actions: readonly string[] },
): FunctionRights {
  const anySecret = everyOne(stack, 'secretsmanager', 'secret');
  return {
    statements: [
      new iam.PolicyStatement({
        sid,
        actions: actions.map((action) => `secretsmanager:${action}`),
        resources: [anySecret],
        conditions: {
          StringEquals: {
            'aws:ResourceTag/tier': tier.name,
            'aws:ResourceTag/stage': tier.stage.name,
            'aws:ResourceTag/store': stores.map(({ name }) => name),
            'aws:ResourceTag/role': [...new Set(roles)],
          },
        },
      }),
    ],
    wildcards: [
      {
        resources: [anySecret],
        reason: 'Secrets are chosen by their tags: tier, stage, store and role of the database.',
      },
    ],
  };
}

/**
 * The right to log in by IAM as roles of the stores where services do, on servers that no policy names: operations reads the same of every stack
 * whichever servers there are, so that a failed proof can be rolled back. What a function reaches is said by its security group.
 */
function mayLogInAs({ stack, tier, stores }: Reaching, rolesOf: (store: Store) => readonly string[]): FunctionRights {
  const byToken = stores.filter(({ name }) => iamServicesOf(tier, name).length > 0);
  const users = [...new Set(byToken.flatMap(rolesOf))].map((role) => databaseUser(stack, '*', role));
  if (users.length === 0) return plain([]);
  return {
    statements: statementsOn({ sid: 'Tokens', actions: ['rds-db:connect'], resources: users }),
    wildcards: [
      {
        resources: users,
        reason:
          'A proof that fails must be able to roll back, so no server is named: which are reached is said by the security group.',
      },
    ],
  };
}

/** What is described, and of which sorts of resources AWS asks for a right to do so. */
interface Described {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const SERVERS: Described = { sid: 'Servers', actions: DESCRIBE_SERVERS, resources: ['db', 'cluster'] };
const CLUSTERS: Described = { sid: 'Clusters', actions: ['rds:DescribeDBClusters'], resources: ['cluster'] };
/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticache.html */
const CACHES: Described = {
  sid: 'Caches',
  actions: DESCRIBE_CACHES,
  resources: ['replicationgroup', 'serverlesscache', 'serverlesscachesnapshot', 'snapshot'],
};

/** Where the stage has a way to ask, and a store of which something is told. */
function describe(
  { stack, tier, stores }: Reaching,
  service: 'rds' | 'elasticache',
  { sid, actions, resources: sorts }: Described,
): readonly FunctionRights[] {
  const isTold = stores.some(({ name }) => {
    const definition = tier.stores[name];
    return definition !== undefined && backupsToldBy(definition) === service;
  });
  if (!PROFILE_SETTINGS[tier.stage.profile].watched || !isTold) return [];
  const resources = sorts.map((sort) => everyOne(stack, service, sort));
  return [
    {
      statements: [new iam.PolicyStatement({ sid, actions: [...actions], resources })],
      wildcards: [
        {
          resources,
          reason: 'Whoever lists what there is may not choose it by name; what is listed is no secret and no data.',
        },
      ],
    },
  ];
}

/** The secret of an imported database's owner is somebody else's, and carries no tag of the kit. */
function readImportedSecrets(stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap(({ importedSecret }) => (importedSecret === undefined ? [] : [importedSecret]));
  return statementsOn({ sid: 'ImportedSecrets', actions: ['secretsmanager:GetSecretValue'], resources });
}

function keepLastReport(stack: Stack, tier: TierDefinition, family: StoreFamily): iam.PolicyStatement {
  const name = parameterName(tier, lastReportPath(family)).slice(1);
  return new iam.PolicyStatement({
    sid: 'LastReport',
    actions: ['ssm:PutParameter'],
    resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name })],
  });
}

/** Every resource of a sort in the account and the stack's region, for a statement that can't choose by name. */
const everyOne = (stack: Stack, service: string, resource: string): string =>
  stack.formatArn({ service, resource, resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
