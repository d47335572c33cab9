import { connectDocumentDb } from '../documentdb';
import { trustOf } from '../topology';
import { ASK_MS, type ServerAnswer, type ServerAsked } from './server-answer';
import { LOCAL_HOST } from './server-settings';

/** What a server of documents is. @see https://www.mongodb.com/docs/manual/reference/command/hello/ */
export async function askDocumentDb({ port, store, trust, secrets }: ServerAsked<'documentdb'>): Promise<ServerAnswer> {
  const client = await connectDocumentDb(
    {
      endpoint: { host: LOCAL_HOST, port, via: 'direct' },
      // One server is asked, whoever else there is.
      replicaSet: undefined,
      readsFrom: 'replicas',
      credentials: await secrets.read(store.secrets.smoke),
      trust: trustOf({ trust }, store),
    },
    { appName: 'polystore-status', connectTimeoutMs: ASK_MS, operationTimeoutMs: ASK_MS },
  );
  try {
    const { isWritablePrimary } = await client.db('admin').command({ hello: 1 });
    return { role: isWritablePrimary === true ? 'primary' : 'replica' };
  } finally {
    await client.close();
  }
}
