import { LIMITS } from '../catalog';
import type { Severity } from './alarm-row';

/** How urgent it is that somebody hears of it. */
export type Urgency = Exclude<Severity, 'quiet'>;

/** An alarm that goes off when any of several does. */
export interface StateAlarm {
  /** As in `blog-prod-main-page`. */
  readonly name: string;
  readonly urgency: Urgency;
  /** Names of the alarms that it gathers: at least one, at most what one rule may name. */
  readonly of: readonly string[];
  /** `tells`: somebody hears of it. `shows`: somebody who looks sees it, and what it gathers tells. */
  readonly does: 'tells' | 'shows';
}

const URGENCIES: readonly Urgency[] = ['page', 'ticket'];

/** What is gathered: an alarm of a metric, or one that gathers others. */
interface Gathered {
  readonly name: string;
  readonly severity: Severity;
}

/**
 * What a part of a tier has to say, one alarm for each urgency that its alarms have. Where there are more than one rule may name, they are
 * gathered in groups first.
 */
export function stateAlarms(
  name: string,
  alarms: readonly Gathered[],
  does: StateAlarm['does'],
): readonly StateAlarm[] {
  return URGENCIES.flatMap((urgency): readonly StateAlarm[] => {
    const names = alarms.filter(({ severity }) => severity === urgency).map((alarm) => alarm.name);
    if (names.length === 0) return [];
    const whole = `${name}-${urgency}`;
    if (fits(names)) return [{ name: whole, urgency, of: names, does }];
    const groups = groupsOf(names).map((of, index): StateAlarm => ({
      name: `${whole}-${index + 1}`,
      urgency,
      of,
      does: 'shows',
    }));
    return [...groups, { name: whole, urgency, of: groups.map((group) => group.name), does }];
  });
}

/** The rule of an alarm that goes off when any of others does, as CloudWatch reads it. */
export const anyOf = (names: readonly string[]): string => names.map((name) => `ALARM("${name}")`).join(' OR ');

const fits = (names: readonly string[]): boolean =>
  names.length <= LIMITS.compositeChildren.value && anyOf(names).length <= LIMITS.compositeRuleLength.value;

/** As few groups as there can be, in order. */
function groupsOf(names: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const name of names) {
    const last = groups.at(-1);
    if (last !== undefined && fits([...last, name])) last.push(name);
    else groups.push([name]);
  }
  return groups;
}
