import type { WalPosition } from '../postgres';

/** What a server said when it was asked who it is. `silent`: it did not answer. `unclear`: it did, but not to that. */
export type RoleAnswer =
  | { readonly kind: 'primary'; readonly position: WalPosition | undefined }
  | { readonly kind: 'replica' }
  | { readonly kind: 'silent' | 'unclear'; readonly error: unknown };
