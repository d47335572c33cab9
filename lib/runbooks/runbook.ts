import type { StoreKind } from '../definition';
/** How far a runbook's steps go. `read-only`: looks only. `mutating`: changes what can be changed back. `destructive`: something may be lost. */
export type Safety = 'read-only' | 'mutating' | 'destructive';

/** `incident`: what an alarm leads to, or a person who sees that something is broken. `procedure`: what somebody does on purpose. */
export type RunbookTag = 'incident' | 'procedure';

/** Kinds of stores that a runbook is for. */
export type RunbookKind = StoreKind;

/** What a person does in one situation, as its file says it: names of the tier are placeholders, `{{replica}}`. */
export interface Runbook {
  /** File name without the ending: what `polystore runbook` takes and what an alarm names. */
  readonly slug: string;
  readonly title: string;
  readonly tag: RunbookTag;
  readonly safety: Safety;
  /** How long it takes, from the first look to the last. */
  readonly minutes: number;
  /** Empty: it is about the tier and not about a store. */
  readonly kinds: readonly RunbookKind[];
  /** Situation of `polystore drill`. Absent where it can't be made real on this machine. */
  readonly drill?: string;
  /** By heading, in the order of the file. */
  readonly sections: ReadonlyMap<string, string>;
}

/** Sections of every runbook, in order. */
export const SECTIONS: Readonly<Record<RunbookTag, readonly string[]>> = {
  incident: ['Meaning', 'Impact', 'First five minutes', 'Decide', 'Mitigate', 'Verify', 'Escalate', 'Afterwards'],
  procedure: ['Meaning', 'Impact', 'Before you begin', 'Steps', 'Roll back', 'Verify', 'Escalate', 'Afterwards'],
};

/** Where something is done about an incident. */
export const PROCEED_SECTION = 'Mitigate';

/** Sections whose commands only look, whatever the runbook goes on to do. */
export const READ_ONLY_SECTIONS: readonly string[] = ['First five minutes', 'Before you begin'];
