import { setTimeout as delay } from 'node:timers/promises';
import { reachPort } from '../postgres/reach-port';
import type { Topology } from '../topology';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import { nextStepOf } from './check-name';
import { reasonOf } from './run-check';

/** One server of a store that is not relational, and how it is known to answer. */
export interface ContactOptions {
  /** `sessions/primary`: the subject of the checks on it. */
  readonly label: string;
  /** Where it listens. Absent where only AWS knows. */
  readonly endpoint?: { readonly host: string; readonly port: number };
  /** Asks it something small, as the smoke test's own user. */
  readonly ask: () => Promise<unknown>;
  /** How long it may take to be reached, in milliseconds. */
  readonly timeoutMs: number;
}

/** Of the time for one connection: how long connecting and asking may take together, which still ends before the deadline of the check. */
const PATIENCE = 1.1;

/** The first contact with a server, made once a run: a server that does not answer costs the run one deadline and no more. */
export class Contact {
  readonly label: string;
  private made: Promise<void> | undefined;

  constructor(private readonly options: ContactOptions) {
    this.label = options.label;
  }

  /** Rejects with why nobody answers, or lets nobody in. */
  reach(): Promise<void> {
    this.made ??= this.make();
    return this.made;
  }

  /** `127.0.0.1:6379`, or the label where only AWS knows. */
  get address(): string {
    const { endpoint, label } = this.options;
    return endpoint === undefined ? label : `${endpoint.host}:${endpoint.port}`;
  }

  private async make(): Promise<void> {
    const { endpoint, ask, timeoutMs } = this.options;
    const asked = (async () => {
      // Clients that look for a server again and again would tell of a port where nobody listens at the end only.
      if (endpoint !== undefined) await reachPort(endpoint, timeoutMs);
      await ask();
    })();
    const budgetMs = Math.round(timeoutMs * PATIENCE);
    const late = new AbortController();
    const silence = delay(budgetMs, undefined, { signal: late.signal }).then(() => {
      throw new Error(`no answer within ${budgetMs} ms`);
    });
    try {
      await Promise.race([asked, silence]);
    } finally {
      late.abort();
      silence.catch(() => undefined);
    }
  }
}

/**
 * The same checks, of which those on a server that does not answer are not made: the first of them fails and names the endpoint, the others are skipped.
 * What is not on a server of its own is on the primary.
 */
export function onceAnswered(
  checks: readonly Check[],
  [primary, ...replicas]: readonly [Contact, ...Contact[]],
  world: Topology['world'],
): readonly Check[] {
  const contacts = new Map([primary, ...replicas].map((contact) => [contact.label, contact]));
  const telling = new Map<Contact, Check>();
  for (const check of checks) {
    const contact = contacts.get(check.subject);
    if (contact !== undefined && !telling.has(contact)) telling.set(contact, check);
  }
  const requireAnswer = async (contact: Contact): Promise<void> => {
    const told = telling.get(contact);
    await contact.reach().catch((error: unknown) => {
      throw new SmokeSkip(`${contact.label} can't be asked: ${told ? `see ${told.name}` : reasonOf(error)}`);
    });
  };
  return checks.map((check) => ({
    ...check,
    run: async (context) => {
      const contact = contacts.get(check.subject) ?? primary;
      if (telling.get(contact) === check) await contact.reach().catch((error: unknown) => fail(contact, error, world));
      else await requireAnswer(contact);
      if (contact !== primary && !ASKS_ONE_SERVER.includes(check.name)) await requireAnswer(primary);
      return check.run(context);
    },
  }));
}

/** What is proven of a replica without the primary. */
const ASKS_ONE_SERVER: readonly Check['name'][] = ['refuses-plaintext', 'refuses-strangers'];

function fail({ address }: Contact, error: unknown, world: Topology['world']): never {
  const reason = reasonOf(error);
  throw new SmokeFailure(reason.includes(address) ? reason : `${reason} at ${address}`, {
    evidence: { endpoint: address },
    next: nextStepOf(isRefusal(error) ? 'holds-rights' : 'serves-reads', world),
  });
}

/** Whether a server answered that this user or password is none of its own: MongoDB's code, the words of Neo4j and of Valkey. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return (
    code === 18 || /\.Security\./.test(String(code)) || /^(WRONGPASS|NOAUTH|NOPERM)/.test((error as Error).message)
  );
}
