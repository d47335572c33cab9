import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { anyOf } from '../../lib/watch';

export interface GatheringAlarmProps {
  readonly alarmName: string;
  /** What it means, for people. */
  readonly alarmDescription: string;
  /** Names of the alarms that it gathers; they are there before it. */
  readonly of: readonly string[];
  /** Told when it goes off and when it is over. @default - nobody, it only shows */
  readonly topicArns?: readonly string[];
  /** Name of an alarm that keeps it silent while that one is off. @default - none */
  readonly silencedBy?: string;
}

/** Seconds that CloudWatch waits for the one that silences before it tells, and after it before it tells again. */
const GRACE = { wait: 60, extension: 120 };

/** An alarm that goes off when any of several does, so that people hear of one trouble once. It knows the others by their names. */
export class GatheringAlarm extends Construct {
  readonly alarm: cloudwatch.CfnCompositeAlarm;

  constructor(scope: Construct, id: string, props: GatheringAlarmProps) {
    super(scope, id);
    this.alarm = new cloudwatch.CfnCompositeAlarm(this, 'Resource', gatheringProps(props));
  }
}

/** An alarm that gathers others as CloudFormation takes it. */
export function gatheringProps({
  alarmName,
  alarmDescription,
  of,
  topicArns = [],
  silencedBy,
}: GatheringAlarmProps): cloudwatch.CfnCompositeAlarmProps {
  const actions = [...topicArns];
  return {
    alarmName,
    alarmDescription,
    alarmRule: anyOf(of),
    ...(actions.length > 0 && { alarmActions: actions, okActions: actions }),
    ...(silencedBy !== undefined && {
      actionsSuppressor: silencedBy,
      actionsSuppressorWaitPeriod: GRACE.wait,
      actionsSuppressorExtensionPeriod: GRACE.extension,
    }),
  };
}
