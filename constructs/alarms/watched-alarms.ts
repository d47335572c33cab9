import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmsOf, type Alarm, type Watched } from '../../lib/watch';
import { alarmProps } from './alarm-props';

export interface WatchedAlarmsProps {
  readonly watched: Watched;
  /** @default - every alarm that there is for such a thing */
  readonly alarms?: readonly Alarm[];
}

/**
 * The alarms of one thing, by what it is. They know it by its name only, so that it can go without a word to them; and they tell nobody: that is for
 * a {@link GatheringAlarm}. Of many things alike, {@link RepeatedAlarms} takes a tenth of the time.
 */
export class WatchedAlarms extends Construct {
  readonly alarms: readonly cloudwatch.CfnAlarm[];

  constructor(scope: Construct, id: string, { watched, alarms = alarmsOf(watched) }: WatchedAlarmsProps) {
    super(scope, id);
    this.alarms = alarms.map((alarm) => new cloudwatch.CfnAlarm(this, alarm.row.name, alarmProps(watched, alarm)));
  }
}
