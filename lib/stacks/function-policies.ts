import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { DESCRIBE_SERVERS } from '../../constructs';
import type { TierDefinition } from '../definition';
import { LAST_REPORT_PATH, OWNER_ROLE, SMOKE_ROLE } from '../topology';
import type { FunctionOf } from './kit-functions';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';

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
    .filter(({ uses }) => Object.keys(uses).length > 0)
    .map(({ name }) => name);
  const proven = [SMOKE_ROLE, ...services];
  const common = [readTopology(stack, tier)];
  return {
    provision: [
      ...common,
      readSecrets(stack, tier, [...ownerRoles(tier), ...proven]),
      ...readImportedSecrets(stores),
      ...usePlacements(stores, ['dynamodb:GetItem', 'dynamodb:PutItem']),
      ...useKeys(stack, stores, ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey']),
    ],
    'smoke-test': [
      ...common,
      keepLastReport(stack, tier),
      readSecrets(stack, tier, proven),
      ...usePlacements(stores, ['dynamodb:GetItem']),
      ...useKeys(stack, stores, ['kms:Decrypt', 'kms:DescribeKey']),
      ...describeServers(stack, tier),
    ],
  };
}

function readTopology(stack: Stack, tier: TierDefinition): iam.PolicyStatement {
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
  const origins = Object.values(stores).flatMap((store) =>
    store.kind === 'postgres' ? [store.origin] : store.shards.map(({ origin }) => origin),
  );
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

function usePlacements(stores: readonly Store[], actions: string[]): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap(({ placement }) => (placement ? [placement.tableArn] : []));
  return resources.length === 0 ? [] : [new iam.PolicyStatement({ sid: 'Placements', actions, resources })];
}

/** Secrets Manager and DynamoDB use a store's key as whoever asks them; nobody uses it on their own. */
function useKeys(stack: Stack, stores: readonly Store[], actions: string[]): readonly iam.PolicyStatement[] {
  const via = ['secretsmanager', 'dynamodb'].map((service) => `${service}.${stack.region}.amazonaws.com`);
  return [
    new iam.PolicyStatement({
      sid: 'Keys',
      actions,
      resources: [...new Set(stores.map(({ key }) => key.keyArn))],
      conditions: { StringEquals: { 'kms:ViaService': via } },
    }),
  ];
}
