import type { TierDefinition } from '../definition';
import { stackName } from '../definition/names/stacks';
import { familyOf } from '../topology';
import type { ResourceGroup } from './inventory';
import { kitFunctionsOf } from './kit-functions';

/** The stack `rotation`: a schedule a secret whose password is changed by itself; none where no function does. */
export function rotationInventory(tier: TierDefinition): readonly ResourceGroup[] {
  const rotated = kitFunctionsOf(tier).filter(({ task }) => task === 'rotate');
  return Object.values(tier.stores)
    .filter((store) => rotated.some(({ family }) => family === familyOf(store)))
    .map((store) => ({
      stack: stackName(tier, 'rotation'),
      part: store.name,
      // Of the smoke test, of each service that has a password, and of an owner who changes his own password.
      resources: {
        'AWS::SecretsManager::RotationSchedule':
          1 +
          Object.values(tier.services).filter(
            ({ uses, authentication }) => uses[store.name] !== undefined && authentication === 'password',
          ).length +
          (store.kind === 'documentdb' && store.servers.kind !== 'elastic' ? 1 : 0),
      },
    }));
}
