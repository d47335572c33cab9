import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface AlarmToProps extends cloudwatch.AlarmProps {
  /** Told when the alarm goes off and when it is over. */
  readonly topicArn: string;
}

/** An alarm that tells one topic, known by its ARN. */
export class AlarmTo extends cloudwatch.Alarm {
  constructor(scope: Construct, id: string, { topicArn, ...props }: AlarmToProps) {
    super(scope, id, props);
    const action = { bind: () => ({ alarmActionArn: topicArn }) };
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
