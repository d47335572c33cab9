import assert from 'node:assert/strict';
import { openTestRouter } from '../packages/router/testing';
import tier from '../tier.config';

/** One test of an application: every store and shard of the tier in one database, empty at first. */
export async function findsPostsOfTheirAuthorOnly(connectionString: string): Promise<void> {
  const { router, reset, close } = await openTestRouter({ tier, connectionString });
  for (const shard of router.posts.shards()) await shard.write('create table post (user_id bigint, title text)'); // your migrations
  await router.posts.forKey(42).write('insert into post values ($1, $2)', [42, 'Hello']);
  const { rows } = await router.posts.forKey(43).read('select title from post where user_id = $1', [43]);
  assert.deepEqual(rows, []);
  await assert.rejects(router.posts.forKey(42).read('delete from post')); // as on a replica
  await reset(); // between two tests: every table of every store is empty again
  await close(); // behind the last: nothing stays in the database
}
