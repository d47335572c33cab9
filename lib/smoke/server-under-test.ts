import {
  errorCodeOf,
  openClient,
  withClient,
  type ClientOptions,
  type ConnectionTarget,
  type PgClient,
} from '../postgres';
import type { Credential, ServerTopology } from '../topology';
import { SmokeSkip } from './check';
import type { CheckName } from './check-name';
import type { DatabasesUnderTest } from './databases-under-test';
import { KeptConnections } from './kept-connections';
import { APPLICATION_NAME } from './tier-under-test';

/** Which server answers: told by the server itself, whatever the way to it. The start tells two apart that are reached by one address. */
const FINGERPRINT = `host(inet_server_addr()) || ':' || inet_server_port()`;
export const WHO_ANSWERS = `
  ${FINGERPRINT} as address,
  ${FINGERPRINT} || ' since ' || extract(epoch from pg_postmaster_start_time()) as fingerprint,
  pg_is_in_recovery() as in_recovery`;

/** A server's own answer to {@link WHO_ANSWERS}. */
export interface WhoAnswers {
  /** `host:port` as the server sees itself. */
  readonly address: string;
  /** Unique among the servers of a tier. */
  readonly fingerprint: string;
  readonly in_recovery: boolean;
  readonly [column: string]: unknown;
}

/** The check that fails where a server of each role does not answer; the others on it are skipped. */
const FIRST_CHECK: Readonly<Record<'primary' | 'replica', CheckName>> = {
  primary: 'takes-writes',
  replica: 'serves-reads',
};

/** One server of the tier, asked directly and never through the router. */
export class ServerUnderTest {
  private contact: Promise<WhoAnswers> | undefined;
  private readonly kept: KeptConnections;

  constructor(
    private readonly tier: DatabasesUnderTest,
    /** `main/primary`, `main/r1`; of a sharded store `posts/s0`, `posts/s0/r1`. */
    readonly label: string,
    readonly role: 'primary' | 'replica',
    readonly server: ServerTopology,
    readonly database: string,
    private readonly smokeSecret: string,
  ) {
    const open = async (): Promise<PgClient> =>
      openClient(await this.target({ kind: 'secret', secret: smokeSecret }), this.clientOptions);
    this.kept = new KeptConnections({ open, timeoutMs: tier.timeoutMs });
    tier.onClose(() => this.kept.close());
  }

  /** How long one connection, or one statement, may take, in milliseconds. */
  get timeoutMs(): number {
    return this.tier.timeoutMs;
  }

  /** The first contact, made once a run: who answers. Rejects with why nobody does. */
  reach(): Promise<WhoAnswers> {
    this.contact ??= this.asSmoke(whoAnswers);
    return this.contact;
  }

  /** As {@link reach}, for the checks that don't prove that the server answers. @throws {SmokeSkip} where it doesn't */
  async requireAnswer(): Promise<WhoAnswers> {
    try {
      return await this.reach();
    } catch (error) {
      throw new SmokeSkip(`${this.label} does not answer (${errorCodeOf(error)}): see ${FIRST_CHECK[this.role]}`);
    }
  }

  /** As {@link requireAnswer}, for the checks that write. @throws {SmokeSkip} where it doesn't answer, or is in recovery */
  async requireWritable(): Promise<WhoAnswers> {
    const answer = await this.requireAnswer();
    if (answer.in_recovery) throw new SmokeSkip(`${this.label} takes no writes: see ${FIRST_CHECK[this.role]}`);
    return answer;
  }

  /** Runs `work` as the smoke role, on a connection that checks of the run share, see {@link KeptConnections}. */
  asSmoke<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    return this.kept.use(work);
  }

  /** Runs `work` on a new connection, logged in with what the topology says. */
  async as<T>(credential: Credential, work: (client: PgClient) => Promise<T>): Promise<T> {
    await this.kept.makeRoom();
    return withClient(await this.target(credential), work, this.clientOptions);
  }

  /** The user name of the smoke role here. */
  async smokeRole(): Promise<string> {
    return (await this.tier.secrets.read(this.smokeSecret)).username;
  }

  private get clientOptions(): ClientOptions {
    return { timeoutMs: this.timeoutMs, applicationName: APPLICATION_NAME };
  }

  private async target(credential: Credential): Promise<ConnectionTarget> {
    const { tier, server, database } = this;
    return { server, database, credentials: await tier.login(credential, server), trust: tier.topology.trust };
  }
}

async function whoAnswers(client: PgClient): Promise<WhoAnswers> {
  const { rows } = await client.query<WhoAnswers>(`select ${WHO_ANSWERS}`);
  return rows[0] as WhoAnswers;
}
