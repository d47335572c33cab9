import type { ServiceDefinition } from './service';
import type { TierDefinition } from '../tier';

/** Services that use a store and log in to it by IAM. */
export function iamServicesOf(
  { services }: Pick<TierDefinition, 'services'>,
  store: string,
): readonly ServiceDefinition[] {
  return Object.values(services).filter(
    ({ uses, authentication }) => authentication === 'iam' && Object.hasOwn(uses, store),
  );
}

/** Whether somebody in the network of the tier assumes a role of it, and so needs a way to STS; another account's groups have ways of their own. */
export function assumesRoles({ services }: Pick<TierDefinition, 'services'>): boolean {
  return Object.values(services).some(
    ({ principals, uses, client }) =>
      principals.length > 0 && Object.keys(uses).length > 0 && client?.account === undefined,
  );
}
