import type { ReplicaLag } from '../postgres';
import type { SmokeCounts } from '../smoke';

/** Version of what `polystore status --json` prints. */
export const STATUS_VERSION = 1;

/** The state of a whole tier at one moment. */
export interface TierStatus {
  readonly version: typeof STATUS_VERSION;
  readonly tier: string;
  readonly stage: string;
  readonly world: 'local' | 'aws';
  /** When it was asked for, ISO 8601. */
  readonly at: string;
  readonly servers: readonly ServerRow[];
  /** What fires now. Here, where there is no CloudWatch, what its alarms would be about. */
  readonly alarms: readonly FiringAlarm[];
  /** How the last proof went; absent where there was none. */
  readonly smoke?: LastProof;
  /** What could not be asked, in words: `alarms: AccessDenied`. */
  readonly unknown: readonly string[];
}

/** A server of a tier, as it is now. What is not known is absent. */
export interface ServerRow {
  readonly store: string;
  /** The server's name in its store. */
  readonly name: string;
  readonly role?: 'primary' | 'replica';
  /** Of a replica whose engine measures it, in milliseconds. */
  readonly lagMs?: ReplicaLag;
  /** Of a replica whose engine does not: whether it hears from its primary. */
  readonly link?: 'up' | 'down';
  /** `most` is absent where it is the engine's own affair. */
  readonly connections?: { readonly used: number; readonly most?: number };
  /** Of a cache: bytes that its data takes, and how much of what it may take that is. */
  readonly memory?: { readonly bytes?: number; readonly percent?: number };
  /** Transactions a second, of a cache commands, and over how many milliseconds they were counted. */
  readonly transactions?: { readonly perSecond: number; readonly overMs: number };
  /** Sessions that want to run, on average; what a server bears is as many as its vCPUs. */
  readonly dbLoad?: number;
  /** Moment up to which it can be restored, ISO 8601. */
  readonly restorableTo?: string;
  /** In the words of its world: `running`, `ended by SIGKILL`, `available`, `storage-full`. */
  readonly state: string;
  /** Whether that is how it should be; what could not be asked is not. */
  readonly isWell: boolean;
  /** On this machine. */
  readonly port?: number;
  readonly pid?: number;
}

/** An alarm that fires. */
export interface FiringAlarm {
  readonly name: string;
  readonly says: string;
  /** Since when, ISO 8601, where known. */
  readonly since?: string;
  /** What to do: a name that `polystore runbook` takes, where known. Its steps are for a deployed stage. */
  readonly runbook?: string;
  /** What helps on this machine, one sentence; absent where the tier is on AWS. */
  readonly next?: string;
}

/** How a proof went. */
export interface LastProof {
  /** ISO 8601. */
  readonly at: string;
  readonly counts: SmokeCounts;
}

/** Whether everything is as it should be: every server, no alarm, the last proof without a failure. */
export const isWell = ({ servers, alarms, smoke }: TierStatus): boolean =>
  servers.every((server) => server.isWell) && alarms.length === 0 && (smoke?.counts.failed ?? 0) === 0;
