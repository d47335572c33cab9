import type { Access } from './service';
import { DEFAULTS } from '../stages/profile';
import type { TierDefinition } from '../tier';

/** What a service may do, and what it opens, as routers read it. */
export interface PublishedService {
  readonly uses: Readonly<Record<string, Access>>;
  /** Absent where it is the router's own default. */
  readonly poolMax?: number;
}

/** What the topology says of services, by name. */
export function publishedServices({
  services,
}: Pick<TierDefinition, 'services'>): Readonly<Record<string, PublishedService>> {
  return Object.fromEntries(
    Object.values(services).map(({ name, uses, connections: { poolMax } }) => [
      name,
      { uses, ...(poolMax !== DEFAULTS.connections.poolMax && { poolMax }) },
    ]),
  );
}
