import type { Limit } from './limits';

/** Limits of DynamoDB tables. */
export const TABLE_LIMITS = {
  globalIndexes: {
    value: 20,
    unit: 'global indexes of one DynamoDB table before AWS was asked for more',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html',
  },
  localIndexes: {
    value: 5,
    unit: 'local indexes of one DynamoDB table',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html',
  },
  unitsPerSecond: {
    value: 40_000,
    unit: 'read or write units a second of one DynamoDB table before AWS was asked for more',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html',
  },
  keyLength: {
    value: 255,
    unit: 'characters of the name of an attribute that is a key of a DynamoDB table or index',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (naming rules)',
  },
  nameLength: {
    value: 255,
    unit: 'characters of the name of a DynamoDB table',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (naming rules)',
  },
  indexNameLength: {
    value: 128,
    unit: 'characters of the name of an index, of the 255 that DynamoDB takes: its alarms are called after tier, stage, table and index, and have 255',
    source: 'CloudWatch API, PutMetricAlarm.AlarmName',
  },
  nameLengthMin: {
    value: 3,
    unit: 'characters of the name of a DynamoDB table or index, at least',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (naming rules)',
  },
  utilizationMin: {
    value: 20,
    unit: 'percent of the units in use that autoscaling may aim at, at least',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html (target utilization)',
  },
  utilizationMax: {
    value: 90,
    unit: 'percent of the units in use that autoscaling may aim at, at most',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html (target utilization)',
  },
} as const satisfies Record<string, Limit>;
