import { asc, count, desc, max, type Router } from '../packages/router';
import type tier from '../tier.config';

/** Moves a post to another author. Both must lie on one shard: a key of another one is refused with CROSS_SHARD. */
export function handOver(router: Router<typeof tier>, id: number, from: number, to: number): Promise<unknown> {
  return router.posts.forKey(from).transaction(
    async (tx, scope) => {
      const { rows } = await tx.query('delete from post where user_id = $1 and id = $2 returning title', [from, id]);
      for (const { title } of rows) {
        await scope.forKey(to).query('insert into post (user_id, id, title) values ($1, $2, $3)', [to, id, title]);
      }
    },
    { isolation: 'serializable', retries: 3 }, // run again when another transaction was faster
    AbortSignal.timeout(2_000), // cancelled on the server, rolled back
  );
}

/** The newest posts of everybody, 20 a page; `after` is `next` of the page before. */
export async function newest(router: Router<typeof tier>, after?: string): Promise<object> {
  const posts = router.posts.scatter<{ user_id: string; id: string; title: string }>(
    'select user_id, id, title from post where title <> $1',
    [''],
    { deadlineMs: 2_000 },
  );
  const { values } = await posts.aggregate({ posts: count(), last: max('id') });
  const { rows, next } = await posts.page([desc('id'), asc('user_id')], 20, after);
  return { ...values, titles: rows.map(({ title }) => title), next };
}
