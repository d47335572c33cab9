import type { ExistingKey } from '../stores/existing-key';
import type { NetworkConfig, NetworkDefinition } from '../network/vpc';

/** What a stage has in a region beside its own, for replicas that stand there. */
export interface RegionConfig {
  /** A network of its own. Written down, with a block that no other region of the stage has, so that the networks can be connected one day. */
  readonly network: NetworkConfig;
  /** Availability zones of the region, at least two. A protected stage has to name them. @default - the first two zones of the region */
  readonly zones?: readonly string[];
  /** Encrypts the replicas there, and the copies of what clients log in with. @default - a key a store, made by the kit */
  readonly encryptionKey?: ExistingKey;
}

/** A region beside the stage's own, every default filled in. */
export interface RegionDefinition {
  readonly network: NetworkDefinition;
  readonly zones: { readonly names: readonly string[] } | { readonly count: number };
  /** A key of somebody else. Absent where the kit makes one a store. */
  readonly encryptionKeyArn?: string;
}
