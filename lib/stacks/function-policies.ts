import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { statementsOn } from '../../constructs';
import type { TierDefinition } from '../definition';
import { parameterName } from './names';
import type { Store } from './store';

/** Every part of the topology, which holds names of secrets and no secret. */
export function readTopology(stack: Stack, tier: TierDefinition): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Topology',
    actions: ['ssm:GetParametersByPath'],
    // Whoever may read a path may read all below it.
    resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameterName(tier).slice(1) })],
  });
}

export function usePlacements(stores: readonly Store[], actions: string[]): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap(({ placement }) => (placement ? [placement.tableArn] : []));
  return statementsOn({ sid: 'Placements', actions, resources });
}

/** Reads key directories; who only reads assigns no key. */
export function readDirectories(stores: readonly Store[]): readonly iam.PolicyStatement[] {
  return statementsOn({ sid: 'ReadDirectories', actions: ['dynamodb:GetItem'], resources: directoriesOf(stores) });
}

/** Reads and changes key directories, and has their table encrypt what is written. */
export function changeDirectories(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const resources = directoriesOf(stores);
  if (resources.length === 0) return [];
  const counted = directoriesOf(stores.filter(({ keyDirectory }) => keyDirectory?.newKeys === 'leastLoaded'));
  return [
    ...statementsOn({ sid: 'CountDirectories', actions: ['dynamodb:Scan'], resources: counted }),
    ...statementsOn({
      sid: 'ChangeDirectories',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources,
    }),
    ...keyUse(
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
): readonly iam.PolicyStatement[] {
  return statementsOn({
    sid,
    actions,
    resources: [...new Set(stores.map(({ key }) => key.keyArn))],
    conditions: {
      StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${stack.region}.amazonaws.com`) },
    },
  });
}
