import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { AccessStack } from './access-stack';
import { publishStore } from './store-part';
import type { Store } from './store';
import { CopiedSecrets, type StoreLogins } from './store-logins';
import type { TierNetwork } from './tier-network';

/**
 * Who may reach what in another region than the stage's own. Secrets are copies of those at home, since a replica has the roles of its primary; and
 * it publishes where the servers are, those here and the primary there, which nobody else knows of both.
 */
export class AccessElsewhereStack extends AccessStack {
  constructor(
    scope: Construct,
    tier: TierDefinition,
    stores: readonly Store[],
    network: TierNetwork,
    home: AccessStack,
  ) {
    super(scope, tier, stores, network, (below, store) => {
      const originals = home.logins.get(store.name) as StoreLogins;
      const secrets = new CopiedSecrets(below, tier, store, originals);
      if (store.postgres !== undefined) publishStore(secrets, tier, store.name, store.postgres, 'Servers');
      return secrets;
    });
  }
}
