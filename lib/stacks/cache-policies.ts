import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CHANGE_CACHE_USERS, statementsOn } from '../../constructs';
import type { TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/services/iam';
import { cacheUserEnd, SMOKE_ROLE } from '../topology';
import { serverName } from './names';
import type { Store } from './store';
import { usesStore } from './store-logins';

/** Id in ElastiCache of somebody who uses a cache. */
export const cacheUserOf = (tier: TierDefinition, store: string, user: string): string =>
  `${serverName(tier, store)}-${cacheUserEnd(user)}`;

/**
 * The right to log in to caches by IAM as the users of some services, and as nobody else.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export function mayConnect(
  stack: Stack,
  tier: TierDefinition,
  { stores, services }: { readonly stores: readonly Store[]; readonly services: readonly string[] },
): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap(({ name, cache }) => {
    const users = iamServicesOf(tier, name).filter((service) => services.includes(service.name));
    if (cache === undefined || users.length === 0) return [];
    return [
      arnOf(stack, cache.serverless ? 'serverlesscache' : 'replicationgroup', serverName(tier, name)),
      ...users.map((user) => arnOf(stack, 'user', cacheUserOf(tier, name, user.name))),
    ];
  });
  return statementsOn({ sid: 'ConnectToCaches', actions: ['elasticache:Connect'], resources });
}

/** Changes the users of the stores that have passwords, each by its name. Whoever may do that may give them other rights too: ElastiCache has no narrower action. */
export function changeCacheUsers(
  stack: Stack,
  tier: TierDefinition,
  stores: readonly Store[],
): readonly iam.PolicyStatement[] {
  const resources = stores.flatMap((store) =>
    [
      SMOKE_ROLE,
      ...Object.values(tier.services)
        .filter((service) => service.authentication === 'password' && usesStore(service, store))
        .map(({ name }) => name),
    ].map((user) => arnOf(stack, 'user', cacheUserOf(tier, store.name, user))),
  );
  return statementsOn({ sid: 'CacheUsers', actions: CHANGE_CACHE_USERS, resources });
}

const arnOf = (stack: Stack, resource: string, resourceName: string): string =>
  stack.formatArn({ service: 'elasticache', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
