import { changePlacement, isPolystoreError, splitRange, type PlacementStore, type Router } from '../packages/router';
import type tier from './ranges-and-tenants.config';

/** Gives a new tenant a place on `shard`. One that has a place already keeps it, whoever else signs it up at the same moment. */
export async function signUp(router: Router<typeof tier>, tenant: string, shard: string): Promise<string> {
  try {
    await router.tenants.assign(tenant, { shard });
  } catch (error) {
    if (!isPolystoreError(error, 'ASSIGNMENT_CONFLICT')) throw error;
  }
  await router.tenants.forKey(tenant).write('insert into item (tenant) values ($1)', [tenant]);
  return router.tenants.shardOf(tenant);
}

/** From now on the days from `day` on are a range of their own, which can move to another shard. No row moves yet. */
export async function splitDays(placement: PlacementStore, router: Router<typeof tier>, day: string): Promise<number> {
  await changePlacement(placement, (now) => splitRange(now, day));
  await router.visits.refreshPlacement();
  return router.visits.forKey(day).bucket;
}
