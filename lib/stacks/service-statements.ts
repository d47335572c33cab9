import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { statementsOn } from '../../constructs';
import type { ServiceDefinition, TierDefinition } from '../definition';
import { ANY_PROXY, isPooled, mayLogIn } from './database-logins';
import { mayConnect } from './cache-policies';
import { changeDirectories, keyUse, readDirectories, readTopology, usePlacements } from './function-policies';
import { changeGraphs, readGraphs } from './graph-policies';
import type { Store } from './store';
import { changeTables, readTables } from './table-policies';

/** What a service logs in to one of its stores with, where that is a secret. */
export interface ServiceLogin {
  readonly store: Store;
  readonly secretArn: string;
}

/** What a service may ask of AWS: find its stores, read its own secrets and the placements that it needs, sign in where it has no secret. */
export function serviceStatements(
  stack: Stack,
  tier: TierDefinition,
  { name, uses, authentication }: ServiceDefinition,
  { stores, logins }: { readonly stores: readonly Store[]; readonly logins: readonly ServiceLogin[] },
): readonly iam.PolicyStatement[] {
  const placed = stores.filter(({ placement }) => placement);
  return [
    readTopology(stack, tier),
    ...statementsOn({
      sid: 'Secrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: logins.map(({ secretArn }) => secretArn),
    }),
    ...keyUse(
      stack,
      logins.map(({ store }) => store),
      { sid: 'KeysOfSecrets', actions: ['kms:Decrypt'], services: ['secretsmanager'] },
    ),
    ...(placed.length === 0
      ? []
      : [
          ...usePlacements(placed, ['dynamodb:GetItem']),
          ...readDirectories(placed.filter((store) => uses[store.name] === 'read')),
          ...changeDirectories(
            stack,
            placed.filter((store) => uses[store.name] === 'write'),
          ),
          ...keyUse(stack, placed, { sid: 'KeysOfPlacements', actions: ['kms:Decrypt'], services: ['dynamodb'] }),
        ]),
    ...readGraphs(
      stack,
      stores.filter((store) => uses[store.name] === 'read'),
    ),
    ...changeGraphs(
      stack,
      stores.filter((store) => uses[store.name] === 'write'),
    ),
    ...readTables(
      stack,
      stores.filter((store) => uses[store.name] === 'read'),
    ),
    ...changeTables(
      stack,
      stores.filter((store) => uses[store.name] === 'write'),
    ),
    ...mayConnect(stack, tier, { stores, services: [name] }),
    ...(authentication === 'iam'
      ? mayLogIn(
          stack,
          stores.map(({ name: store, resourceIds = {} }) => ({
            role: name,
            resourceIds: [...Object.values(resourceIds), ...(isPooled(tier, store) ? [ANY_PROXY] : [])],
          })),
        )
      : []),
  ];
}
