import { DEFAULT_TIER_FILE, type TierOptions } from './tier-context';

/** A command that a text says to run, with the argument that it can't do without. */
const SUGGESTED = /npx polystore (?:(?:runbook|drill|placement) [a-z]+(?:-[a-z]+)*|[a-z]+)/g;

const quoted = (word: string): string => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A text whose commands are for the same tier file and stage as the one that prints it; as it is, where these are the default ones. */
export function forSameTier(text: string, { tier, stage }: TierOptions): string {
  const options = [
    ...(tier === DEFAULT_TIER_FILE ? [] : [` --tier ${quoted(tier)}`]),
    ...(stage === undefined ? [] : [` --stage ${quoted(stage)}`]),
  ].join('');
  return text.replace(SUGGESTED, (command) => `${command}${options}`);
}

/** How CDK's own command line synthesizes the same tier and stage. */
export function synthesisOf({ tier, stage }: TierOptions): string {
  const context = [
    ...(tier === DEFAULT_TIER_FILE ? [] : [` -c tier=${quoted(tier)}`]),
    ...(stage === undefined ? [] : [` -c stage=${quoted(stage)}`]),
  ].join('');
  return `npx cdk synth${context}`;
}
