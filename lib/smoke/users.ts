import type { SecretSource } from '../sources';
import type { Topology } from '../topology';

/** Who is in a tier, and what they log in with. */
export interface Users {
  readonly topology: Topology;
  readonly secrets: SecretSource;
}
