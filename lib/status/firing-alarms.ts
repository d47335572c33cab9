import type { AwsScope } from './aws-tier-status';
import type { FiringAlarm } from './tier-status';

/** What an alarm's description says to do: `npx polystore runbook replica-lag`. */
const RUNBOOK = /polystore runbook ([a-z-]+)/;

/** Every alarm of a tier that fires now; composite ones among them. */
export async function firingAlarms(scope: AwsScope, prefix: string): Promise<readonly FiringAlarm[]> {
  const { CloudWatchClient, paginateDescribeAlarms } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(scope);
  const found: FiringAlarm[] = [];
  const pages = paginateDescribeAlarms(
    { client },
    { AlarmNamePrefix: prefix, StateValue: 'ALARM', AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
  );
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
    for (const { AlarmName = '', AlarmDescription = '', StateUpdatedTimestamp } of [
      ...MetricAlarms,
      ...CompositeAlarms,
    ]) {
      const runbook = RUNBOOK.exec(AlarmDescription)?.[1];
      found.push({
        name: AlarmName,
        says: AlarmDescription.split('. ')[0] ?? '',
        ...(StateUpdatedTimestamp && { since: StateUpdatedTimestamp.toISOString() }),
        ...(runbook !== undefined && { runbook }),
      });
    }
  }
  return found;
}
