import type { z } from 'zod';
import { knownClass } from './known-class';
import type { FromSnapshot, ImportedDefinition, ImportedServer } from './origin';
import type { postgresOrigin } from './origin-schema';
import { DEFAULTS } from '../stages/profile';

type Written = Exclude<z.infer<typeof postgresOrigin>, { readonly kind: 'fresh' }>;
type WrittenSnapshot = Extract<Written, { readonly kind: 'snapshot' }>;

/** Where a store's first data comes from, every default filled in. */
export function resolveOrigin(origin: Written): FromSnapshot | ImportedDefinition {
  if (origin.kind === 'snapshot') return resolveSnapshot(origin);
  const { kind, primary, replicas = {}, engine = 'postgres', secretArn, securityGroupId, maxConnections } = origin;
  return {
    kind,
    primary: { ...resolveServer(primary), port: primary.port ?? DEFAULTS.port },
    replicas: Object.fromEntries(Object.entries(replicas).map(([name, server]) => [name, resolveServer(server)])),
    engine,
    secretArn,
    securityGroupId,
    ...(maxConnections !== undefined && { maxConnections }),
  };
}

type WrittenServer = Extract<Written, { readonly kind: 'imported' }>['primary'];

function resolveServer({ host, identifier, class: name }: Omit<WrittenServer, 'port'>): ImportedServer {
  return {
    host,
    ...(identifier !== undefined && { identifier }),
    ...(name !== undefined && { class: knownClass(name) }),
  };
}

/** The snapshot that a database starts from. */
export function resolveSnapshot({ kind, arn, owner }: WrittenSnapshot): FromSnapshot {
  return { kind, arn, ...(owner === undefined ? {} : { owner }) };
}
