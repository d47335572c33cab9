import type { z } from 'zod';
import type { FromSnapshot, ImportedDefinition } from './origin';
import type { postgresOrigin } from './origin-schema';
import { DEFAULTS } from './profile';

type Written = Exclude<z.infer<typeof postgresOrigin>, { readonly kind: 'fresh' }>;
type WrittenSnapshot = Extract<Written, { readonly kind: 'snapshot' }>;

/** Where a store's first data comes from, every default filled in. */
export function resolveOrigin(origin: Written): FromSnapshot | ImportedDefinition {
  if (origin.kind === 'snapshot') return resolveSnapshot(origin);
  const { kind, primary, replicas = {}, engine = 'postgres', secretArn, securityGroupId } = origin;
  const { host, port = DEFAULTS.port } = primary;
  return { kind, primary: { host, port }, replicas, engine, secretArn, securityGroupId };
}

/** The snapshot that a database starts from. */
export function resolveSnapshot({ kind, arn, owner }: WrittenSnapshot): FromSnapshot {
  return { kind, arn, ...(owner === undefined ? {} : { owner }) };
}
