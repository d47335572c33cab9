import type { Signing } from '../signing';
import type { SecretSource } from '../sources';
import type { Topology } from '../topology';

/** Who is in a tier, and what they log in with. */
export interface Users {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  /** Keys of the role that signs for those who log in by IAM. @default - those of the environment */
  readonly signing?: Signing;
}
