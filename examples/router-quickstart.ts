import { FileSecrets, FileTopology, openRouter } from '../packages/router';
import type tier from '../tier.config';

/** `directory` is where `npx polystore up` keeps the tier: `.polystore/blog/dev`. */
export async function publish(directory: string, userId: number, title: string): Promise<unknown[]> {
  const router = await openRouter<typeof tier>({
    topology: new FileTopology(`${directory}/topology.json`), // on AWS: new SsmTopology('/blog/prod')
    secrets: new FileSecrets(`${directory}/secrets.json`), // on AWS: new SecretsManagerSecrets()
    login: { kind: 'service', service: 'posts' },
  });
  const author = await router.main.read('select name from account where id = $1', [userId]); // a replica
  const own = await router.session().run(async () => {
    const posts = router.posts.forKey(userId); // the shard that owns this key
    await posts.write('insert into post (user_id, title) values ($1, $2)', [userId, title]); // its primary
    return posts.read('select title from post where user_id = $1', [userId]); // a replica that has the write
  });
  await router.close(); // once, when the application ends
  return [...author.rows, ...own.rows];
}
