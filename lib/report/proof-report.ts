import type { CostEstimate } from '../cost';
import type { QuotaNeed } from '../quota';
import type { SmokeReport } from '../smoke';
import type { ServiceTopology } from '../topology';
import type { Widget } from '../watch';

export const PROOF_REPORT_VERSION = 1;

/** What `polystore prove` saw of a tier, from its definition to the last check: `.polystore/report.json`. */
export interface ProofReport {
  /** Version of this format. */
  readonly version: typeof PROOF_REPORT_VERSION;
  /** Version of the kit. */
  readonly kit: string;
  readonly tier: string;
  readonly stage: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Of the checks. A step that failed otherwise ends the run without a report. */
  readonly counts: SmokeReport['counts'];
  /** Store name to its kind and how it runs on AWS. */
  readonly stores: Readonly<Record<string, ProvenStore>>;
  readonly services: Readonly<Record<string, ServiceTopology>>;
  readonly servers: readonly ProvenServer[];
  readonly synthesis: Synthesis;
  /** What the change since the committed baseline would lose, a sentence each, in every stage. @default - there is no baseline */
  readonly losses?: readonly string[];
  /** What the stage costs on AWS. @default - the page says nothing of it */
  readonly cost?: CostEstimate;
  /** What the stage needs of an account's quotas. @default - the page says nothing of it */
  readonly quotas?: readonly QuotaNeed[];
  readonly smoke: SmokeReport;
}

export interface ProvenStore {
  readonly kind: string;
}

/** A server as it ran here. */
export interface ProvenServer {
  readonly store: string;
  readonly name: string;
  readonly role: 'primary' | 'replica';
  readonly isUp: boolean;
  /** Replay delay of a replica, in milliseconds. */
  readonly lagMs?: number | 'unknown';
}

/** The templates for AWS. */
export interface Synthesis {
  readonly directory: string;
  readonly stacks: readonly { readonly name: string; readonly resources: number }[];
  /** Findings of policy packs that somebody accepted, and why. */
  readonly acknowledged: readonly {
    readonly rule: string;
    readonly reason: string;
    readonly paths: readonly string[];
  }[];
  /** What a reader should know and nobody has to mend. */
  readonly notices?: readonly string[];
  /** Of CloudWatch. @default - the page shows none */
  readonly dashboards?: readonly { readonly name: string; readonly widgets: readonly Widget[] }[];
}
