import type { MissingData } from './alarm-row';

/** What CloudWatch says of an alarm. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What one period brought: a value beyond the threshold, one within it, or none. */
export type Judgement = 'breaching' | 'within' | 'missing';

export interface StateRule {
  /** Periods that must breach, of the last so many. */
  readonly datapoints: readonly [breaching: number, of: number];
  /** `ignore`: the alarm stays as it is. The kit makes no such alarm; CloudWatch's rules tell the others from it. */
  readonly missing: MissingData | 'ignore';
}

/**
 * Periods beyond those that an alarm judges which CloudWatch looks back to, where some brought nothing. AWS's examples have two; how many there are
 * it does not say.
 */
export const LOOK_BACK = 2;

/**
 * The state of an alarm by its last periods, the oldest first, as AWS documents it: the last values that there are count, missing ones are filled in
 * only where there are too few, and as few as possible.
 * @param before the state that the alarm is in
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function judgeState(periods: readonly Judgement[], rule: StateRule, before: AlarmState): AlarmState {
  const [needed, of] = rule.datapoints;
  const range = periods.slice(-(of + LOOK_BACK));
  const real = range.filter((judgement) => judgement !== 'missing');
  const judged = real.slice(-of);
  const breaching = judged.filter((judgement) => judgement === 'breaching').length;
  if (breaching >= needed) return 'ALARM';
  if (judged.length === of) return 'OK';
  switch (rule.missing) {
    case 'notBreaching':
      return 'OK';
    case 'breaching':
      return breaching + of - judged.length >= needed ? 'ALARM' : 'OK';
    case 'missing':
    case 'ignore': {
      if (breaching < judged.length) return 'OK';
      if (rule.missing === 'ignore') return before;
      // Nothing but breaches, the oldest of which is old enough: more would have come by now.
      const oldest = range.length - range.indexOf('breaching');
      return judged.length > 0 && oldest >= needed ? 'ALARM' : 'INSUFFICIENT_DATA';
    }
  }
}
