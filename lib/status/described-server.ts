import type { AwsScope } from './aws-tier-status';
import type { ExpectedServer } from './expected-server';

/** What AWS says of a server. */
export interface DescribedServer {
  /** In the words of its service. */
  readonly state: string;
  /** Whether that is a state in which it serves. */
  readonly isWell: boolean;
  /** Absent where it has none, or only its metrics tell. */
  readonly role?: 'primary' | 'replica';
  /** Moment up to which it can be restored, ISO 8601. */
  readonly restorableTo?: string;
}

/** Asks one service for the servers that it has, all at once; by their identifiers. One that is missing is not there. */
export type Describe = (
  scope: AwsScope,
  servers: readonly ExpectedServer[],
) => Promise<ReadonlyMap<string, DescribedServer>>;
