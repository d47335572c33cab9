import { ALARMS, type Severity } from '../watch';

/** An alarm that leads to a runbook. */
export interface LeadingAlarm {
  /** As its row in the table has it: the end of the alarm's name on AWS, `ReplicaLag`. */
  readonly name: string;
  readonly severity: Severity;
}

/** The alarms that lead to a runbook, each name once; none of one that nobody is told of. */
export function leadingAlarms(slug: string): readonly LeadingAlarm[] {
  const rows = Object.values(ALARMS).flatMap(({ rows: own }) => own as readonly (LeadingAlarm & { runbook: string })[]);
  const leading = rows.filter(({ runbook, severity }) => runbook === slug && severity !== 'quiet');
  return [...new Map(leading.map(({ name, severity }) => [name, { name, severity }])).values()];
}
