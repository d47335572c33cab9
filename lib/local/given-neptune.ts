import { connectNeptune } from '../neptune';
import type { PlannedStore } from './other-engines';
import { askGiven, parseStoreUrl, type UrlForm } from './store-url';

const FORM: UrlForm = { schemes: { bolt: 'plain', 'bolt+s': 'tls' }, defaultPort: 7687 };
const TIMEOUT_MS = 2_000;

/**
 * How a store of kind `neptune` runs on a server of Bolt that somebody else runs: everybody logs in as whom the URL names.
 * @throws {PolystoreError} ENGINE_FAILED where the URL or its server is of no use
 */
export async function planGivenNeptune({
  store,
  url,
  hasReaders,
}: {
  readonly store: string;
  readonly url: string;
  readonly hasReaders: boolean;
}): Promise<PlannedStore> {
  const given = parseStoreUrl(store, url, FORM);
  const { endpoint, trust, login } = given;
  const { agent = 'a server of Bolt' } = await askGiven(given, async () => {
    const client = await connectNeptune(
      { endpoint, iam: undefined, ...(login && { credentials: login }), trust },
      { userAgent: 'polystore', connectTimeoutMs: TIMEOUT_MS },
    );
    try {
      return await client.getServerInfo();
    } finally {
      await client.close();
    }
  });
  const secret = `${store}/login`;
  return {
    store,
    servers: [],
    users: {},
    ...(login && { given: { [secret]: login } }),
    // Whoever runs it has started it.
    start: () => Promise.resolve([]),
    topology: () => ({
      kind: 'neptune',
      primary: { name: 'writer', endpoint },
      replicas: [],
      standIn: {
        engine: agent.replace('/', ' '),
        lacks: ['signatures', 'roles', ...(hasReaders ? (['replicas'] as const) : [])],
      },
      trust,
      ...(login && { login: { secret } }),
    }),
  };
}
