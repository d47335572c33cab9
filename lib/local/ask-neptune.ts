import { connectNeptune } from '../neptune';
import { ASK_MS, type ServerAnswer, type ServerAsked } from './server-answer';
import { LOCAL_HOST } from './server-settings';

/** Whether a server of graphs answers. What stands in for Neptune is alone. */
export async function askNeptune({ port, store, trust }: ServerAsked<'neptune'>): Promise<ServerAnswer> {
  const client = await connectNeptune(
    { endpoint: { host: LOCAL_HOST, port, via: 'direct' }, iam: store.iam, trust },
    { userAgent: 'polystore-status', connectTimeoutMs: ASK_MS },
  );
  try {
    await client.verifyConnectivity();
    return { role: 'primary' };
  } finally {
    await client.close();
  }
}
