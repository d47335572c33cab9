/** A definition that breaks one rule, and what is then said where. */
export interface RuleCase {
  readonly rule: string;
  readonly breaks: string;
  readonly input: unknown;
  readonly path: string;
  readonly message: string;
}
