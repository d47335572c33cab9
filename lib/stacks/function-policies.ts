import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { DESCRIBE_SERVERS } from '../../constructs';
import { isRelational, type TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/iam-services';
import { LAST_REPORT_PATH, OWNER_ROLE, SMOKE_ROLE } from '../topology';
import { databaseUser } from './database-logins';
import { changeGraphs } from './graph-policies';
import type { FunctionOf } from './kit-functions';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';
import { proveTables } from './table-policies';

/**
 * What the kit's functions may ask of AWS: read the topology, read secrets, read placements; provisioning writes the first placement too, and
 * the smoke test its report, and reads what RDS says of servers where the stage has a way to ask.
 *
 * Secrets are chosen by tags, which every secret of the kit carries: a tier of hundreds of shards has more than a policy can list. The smoke test
 * gets no owner's.
 */
export function functionStatements(
  stack: Stack,
  tier: TierDefinition,
  stores: readonly Store[],
): FunctionOf<readonly iam.PolicyStatement[]> {
  const services = Object.values(tier.services)
    .filter(({ uses, authentication }) => Object.keys(uses).length > 0 && authentication === 'password')
    .map(({ name }) => name);
  const proven = [SMOKE_ROLE, ...services];
  const common = [readTopology(stack, tier)];
  const users = tokenUsers(stack, tier, stores);
  return {
    provision: [
      ...common,
      readSecrets(stack, tier, [...ownerRoles(tier), ...proven]),
      ...readImportedSecrets(stores),
      ...usePlacements(stores, ['dynamodb:GetItem', 'dynamodb:PutItem']),
      keyUse(stack, stores, {
        ...ALL_KEYS,
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      }),
      ...mayLogInAs(users.provision),
    ],
    'smoke-test': [
      ...common,
      keepLastReport(stack, tier),
      readSecrets(stack, tier, proven),
      ...usePlacements(stores, ['dynamodb:GetItem']),
      // It assigns keys of its own, writes rows by them, and takes both out again.
      ...changeDirectories(stack, stores),
      ...proveTables(stack, stores),
      ...changeGraphs(stack, stores),
      keyUse(stack, stores, { ...ALL_KEYS, actions: ['kms:Decrypt', 'kms:DescribeKey'] }),
      ...describeServers(stack, tier),
      ...mayLogInAs(users['smoke-test']),
    ],
  };
}

const ALL_KEYS = { sid: 'Keys', services: ['secretsmanager', 'dynamodb'] } as const;

/**
 * The database roles that each function may log in as by IAM, on servers that no policy of theirs names: operations reads the same of every stack
 * whichever servers there are, so that a failed proof can be rolled back. What a function reaches is said by its security group.
 */
export function tokenUsers(
  stack: Stack,
  tier: TierDefinition,
  stores: readonly Store[],
): FunctionOf<readonly string[]> {
  const usersOf = (roles: readonly string[]): readonly string[] =>
    [...new Set(roles)].map((role) => databaseUser(stack, '*', role));
  const byToken = stores.filter(({ name }) => iamServicesOf(tier, name).length > 0);
  return {
    // The owner of a database may have to, where services do: see lib/provision/owner-login.ts.
    provision: usersOf(byToken.flatMap(({ owners = [] }) => owners)),
    // It proves what a service may do as the service.
    'smoke-test': usersOf(byToken.flatMap(({ name }) => iamServicesOf(tier, name).map((service) => service.name))),
  };
}

function mayLogInAs(users: readonly string[]): readonly iam.PolicyStatement[] {
  return users.length === 0
    ? []
    : [new iam.PolicyStatement({ sid: 'Tokens', actions: ['rds-db:connect'], resources: [...users] })];
}

/** Every part of the topology, which holds names of secrets and no secret. */
export function readTopology(stack: Stack, tier: TierDefinition): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Topology',
    actions: ['ssm:GetParametersByPath'],
    // Whoever may read a path may read all below it.
    resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameterName(tier).slice(1) })],
  });
}

function keepLastReport(stack: Stack, tier: TierDefinition): iam.PolicyStatement {
  const name = parameterName(tier, LAST_REPORT_PATH).slice(1);
  return new iam.PolicyStatement({
    sid: 'LastReport',
    actions: ['ssm:PutParameter'],
    resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name })],
  });
}

/** Every secret of the account in the stack's region, for a statement that chooses among them by tags. */
export function anySecret(stack: Stack): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: '*', arnFormat });
}

/** Every server of the account in the stack's region: who lists them may not choose by name. */
export function anyServer(stack: Stack): readonly string[] {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return ['db', 'cluster'].map((resource) =>
    stack.formatArn({ service: 'rds', resource, resourceName: '*', arnFormat }),
  );
}

/** Where the stage has a way to ask. */
function describeServers(stack: Stack, { stage }: TierDefinition): readonly iam.PolicyStatement[] {
  return PROFILE_SETTINGS[stage.profile].watched
    ? [new iam.PolicyStatement({ sid: 'Servers', actions: [...DESCRIBE_SERVERS], resources: [...anyServer(stack)] })]
    : [];
}

function readSecrets(stack: Stack, tier: TierDefinition, roles: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Secrets',
    actions: ['secretsmanager:GetSecretValue'],
    resources: [anySecret(stack)],
    conditions: {
      StringEquals: {
        'aws:ResourceTag/tier': tier.name,
        'aws:ResourceTag/stage': tier.stage.name,
        'aws:ResourceTag/role': [...roles],
      },
    },
  });
}

/** A store from a snapshot has the owner that the snapshot has. */
function ownerRoles({ stores }: TierDefinition): readonly string[] {
  const origins = Object.values(stores)
    .filter(isRelational)
    .flatMap((store) => (store.kind === 'postgres' ? [store.origin] : store.shards.map(({ origin }) => origin)));
  const others = origins.flatMap((origin) => (origin?.kind === 'snapshot' && origin.owner ? [origin.owner] : []));
  return [...new Set([OWNER_ROLE, ...others])];
}

/** The secret of an imported database's owner is somebody else's, and carries no tag of the kit. */
function readImportedSecrets(stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap(({ importedSecret }) => (importedSecret === undefined ? [] : [importedSecret]));
  return resources.length === 0
    ? []
    : [new iam.PolicyStatement({ sid: 'ImportedSecrets', actions: ['secretsmanager:GetSecretValue'], resources })];
}

export function usePlacements(stores: readonly Store[], actions: string[]): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap(({ placement }) => (placement ? [placement.tableArn] : []));
  return resources.length === 0 ? [] : [new iam.PolicyStatement({ sid: 'Placements', actions, resources })];
}

/** Reads key directories; who only reads assigns no key. */
export function readDirectories(stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const resources = directoriesOf(stores);
  const actions = ['dynamodb:GetItem'];
  return resources.length === 0 ? [] : [new iam.PolicyStatement({ sid: 'ReadDirectories', actions, resources })];
}

/** Reads and changes key directories, and has their table encrypt what is written. */
export function changeDirectories(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const resources = directoriesOf(stores);
  if (resources.length === 0) return [];
  const counted = directoriesOf(stores.filter(({ keyDirectory }) => keyDirectory?.newKeys === 'leastLoaded'));
  return [
    ...(counted.length === 0
      ? []
      : [new iam.PolicyStatement({ sid: 'CountDirectories', actions: ['dynamodb:Scan'], resources: counted })]),
    new iam.PolicyStatement({
      sid: 'ChangeDirectories',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources,
    }),
    keyUse(
      stack,
      stores.filter(({ keyDirectory }) => keyDirectory),
      { sid: 'KeysOfDirectories', actions: ['kms:Encrypt', 'kms:GenerateDataKey'], services: ['dynamodb'] },
    ),
  ];
}

const directoriesOf = (stores: readonly Store[]): string[] =>
  stores.flatMap(({ keyDirectory }) => (keyDirectory ? [keyDirectory.tableArn] : []));

/** What is asked of the keys of stores, and by way of which services. */
export interface KeyUse {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly services: readonly ('secretsmanager' | 'dynamodb')[];
}

/** Secrets Manager and DynamoDB use a store's key as whoever asks them; nobody uses it on their own. */
export function keyUse(
  stack: Stack,
  stores: readonly Store[],
  { sid, actions, services }: KeyUse,
): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...new Set(stores.map(({ key }) => key.keyArn))],
    conditions: {
      StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${stack.region}.amazonaws.com`) },
    },
  });
}
