import type { Driver, Session } from 'neo4j-driver';
import { encryptionOf } from '../neptune';
import type { Credentials } from '../sources';
import type { StandInTopology, StoreTrust } from '../topology';
import type { SharedClients } from './shared-clients';
import { APPLICATION_NAME } from './tier-under-test';

/** One server that takes openCypher over Bolt with TLS. */
export interface GraphServerUnderTest {
  /** `people/writer`, `people/reader`. */
  readonly label: string;
  readonly host: string;
  readonly port: number;
}

/** A graph store, and how the smoke test reaches it. */
export interface NeptuneUnderTest {
  readonly store: string;
  readonly writer: GraphServerUnderTest;
  readonly readers: readonly GraphServerUnderTest[];
  /** What the smoke test logs in to a server with, asked for by each client: what is signed counts for minutes. */
  readonly login: (server: GraphServerUnderTest) => Promise<Credentials>;
  readonly trust: StoreTrust;
  /** What answers in the place of Neptune. @default - Neptune itself */
  readonly standIn?: StandInTopology;
  /** How long one connection, or one query, may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Those of the smoke test itself. Whoever made them closes them. */
  readonly clients: SharedClients<Driver>;
}

/** Runs `work` on one server, whichever it is: as the smoke test, or on a connection of its own as somebody else. Whoever logs in with nothing is a stranger. */
export async function onServer<T>(
  store: NeptuneUnderTest,
  server: GraphServerUnderTest,
  work: (session: Session) => Promise<T>,
  as?: Credentials | 'nobody',
): Promise<T> {
  if (as === undefined) {
    const driver = await store.clients.of(server.label, async () => open(store, server, await store.login(server)));
    return inSession(driver, work);
  }
  const driver = await open(store, server, as);
  try {
    return await inSession(driver, work);
  } finally {
    await driver.close();
  }
}

async function inSession<T>(driver: Driver, work: (session: Session) => Promise<T>): Promise<T> {
  const session = driver.session();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function open(
  { trust, timeoutMs }: NeptuneUnderTest,
  { host, port }: GraphServerUnderTest,
  as: Credentials | 'nobody',
): Promise<Driver> {
  const { default: neo4j } = await import('neo4j-driver');
  const token =
    as === 'nobody' ? { scheme: 'none', principal: '', credentials: '' } : neo4j.auth.basic(as.username, as.password);
  return neo4j.driver(`bolt://${host}:${port}`, token, {
    ...encryptionOf(trust),
    userAgent: APPLICATION_NAME,
    connectionTimeout: timeoutMs,
    connectionAcquisitionTimeout: timeoutMs,
    // A check ends with what happened first, and not by trying again.
    maxTransactionRetryTime: 0,
  });
}
