/** Topics by how urgent it is that somebody hears. */
export interface AlarmTopics {
  /** ARN of an SNS topic for what is broken or about to be, as PagerDuty subscribes to one. @default - the kit's own topic only */
  readonly page?: string;
  /** ARN of an SNS topic for what can wait for working hours, as Slack subscribes to one by way of AWS Chatbot. @default - the kit's own topic only */
  readonly ticket?: string;
}

/** How a protected stage's alarms differ from what follows from its stores. */
export interface AlarmsConfig {
  /**
   * Topics of the stage's own account and region that are told beside the kit's. Each must let CloudWatch publish, its key included.
   * @default - the kit's own topic only
   */
  readonly topics?: AlarmTopics;
  /**
   * Thresholds by store and alarm, in the alarm's own unit: `{ main: { ReplicaLag: 120 } }`, of every server of the store alike.
   * @default - what follows from class, storage and connections: see docs/alarms.md
   */
  readonly thresholds?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface AlarmsDefinition {
  readonly topics: AlarmTopics;
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
