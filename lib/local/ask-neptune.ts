import { connectNeptune } from '../neptune';
import { trustOf } from '../topology';
import { ASK_MS, type ServerAnswer, type ServerAsked } from './server-answer';
import { LOCAL_HOST } from './server-settings';

/** Whether a server of graphs answers. What stands in for Neptune is alone. */
export async function askNeptune({ port, store, trust, secrets }: ServerAsked<'neptune'>): Promise<ServerAnswer> {
  const client = await connectNeptune(
    {
      endpoint: { host: LOCAL_HOST, port, via: 'direct' },
      iam: store.iam,
      ...(store.login && { credentials: await secrets.read(store.login.secret) }),
      trust: trustOf({ trust }, store),
    },
    // The driver connects and asks at once.
    { userAgent: 'polystore-status', connectTimeoutMs: 2 * ASK_MS },
  );
  try {
    await client.verifyConnectivity();
    return { role: 'primary' };
  } catch (error) {
    // The driver's own codes say nothing of what it could not do.
    throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    await client.close();
  }
}
