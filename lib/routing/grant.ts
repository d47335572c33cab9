import { PolystoreError } from '../errors';
import { isRelational, type Access, type Topology } from '../topology';

/**
 * Who a router logs in as. `service`: what the definition gives the service. `smoke`: the smoke test's own role. `owner`: the owner of each
 * database, for provisioning and migrations.
 */
export type RouterLogin =
  { readonly kind: 'service'; readonly service: string } | { readonly kind: 'smoke' } | { readonly kind: 'owner' };

/** What a login may do with one store. */
export interface Grant {
  /** Undefined for the kit's own roles. */
  readonly service: string | undefined;
  readonly store: string;
  /** Undefined where the store is none of the login's business. */
  readonly access: Access | undefined;
}

/**
 * What `login` may do with `store`: the kit's own roles may write everywhere, an owner in what has one.
 * @throws {PolystoreError} UNKNOWN_SERVICE
 */
export function grantOf(topology: Topology, login: RouterLogin, store: string): Grant {
  const { services, stores } = topology;
  if (login.kind !== 'service') {
    const found = stores[store];
    // Databases have owners; what has none is nothing that provisioning and migrations look at.
    const isOwned = login.kind === 'smoke' || found === undefined || isRelational(found);
    return { service: undefined, store, access: isOwned ? 'write' : undefined };
  }
  const service = Object.hasOwn(services, login.service) ? services[login.service] : undefined;
  if (service === undefined) throw unknownService(login.service, Object.keys(services));
  return {
    service: login.service,
    store,
    access: Object.hasOwn(service.uses, store) ? service.uses[store] : undefined,
  };
}

/** @throws {PolystoreError} ACCESS_REFUSED where the grant does not cover `access`; nothing has left the process then */
export function requireAccess({ service, store, access: granted }: Grant, access: Access): void {
  if (granted === 'write' || granted === access) return;
  if (service === undefined) {
    throw new PolystoreError('ACCESS_REFUSED', `nobody owns store "${store}", as the router's login does databases`, {
      details: { service: '', store, access },
      next: 'Open a router as a service, or as the smoke test.',
    });
  }
  const has = granted === undefined ? `does not use store "${store}"` : `may only read store "${store}"`;
  throw new PolystoreError('ACCESS_REFUSED', `service "${service}" ${has}; nothing was sent`, {
    details: { service, store, access },
    next: `To change that, put ${store}: '${access}' into the service's uses in the tier definition and deploy.`,
  });
}

function unknownService(service: string, known: readonly string[]): PolystoreError<'UNKNOWN_SERVICE'> {
  return new PolystoreError(
    'UNKNOWN_SERVICE',
    `unknown service "${service}", known are: ${known.join(', ') || 'none'}`,
    {
      details: { service, known },
      next: 'Use a service of the tier definition, or add this one and deploy.',
    },
  );
}

/** The topology does not say how a login gets into a store that it may use. */
export function unknownLogin(login: RouterLogin, store: string): PolystoreError<'DOCUMENT_MISSING'> {
  const service = login.kind === 'service' ? login.service : login.kind;
  return new PolystoreError(
    'DOCUMENT_MISSING',
    `the topology does not say how service "${service}" logs in to store "${store}"`,
    {
      details: { document: `login of ${service}`, source: `topology of ${store}` },
      next: 'Deploy the tier again: definition and topology are of different versions.',
    },
  );
}
