import type { ServiceDefinition } from './service';
import type { TierDefinition } from './tier';

/** Services that use a store and log in to it by IAM. */
export function iamServicesOf(
  { services }: Pick<TierDefinition, 'services'>,
  store: string,
): readonly ServiceDefinition[] {
  return Object.values(services).filter(
    ({ uses, authentication }) => authentication === 'iam' && Object.hasOwn(uses, store),
  );
}
