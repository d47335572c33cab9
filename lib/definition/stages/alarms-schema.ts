import { z } from 'zod';
import type { AlarmsConfig, AlarmTopics } from './alarms';
import { byName, options, text } from '../shape/option';

const topic = text(
  "ARN of an SNS topic such as 'arn:aws:sns:eu-west-1:111122223333:on-call'",
  /^arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
);

/** What may be written for the alarms of a stage. Which there are, the rules know. */
export const alarmsOptions = options('{ topics: …, thresholds: … }', {
  topics: options("{ page: 'arn:…', ticket: 'arn:…' }", {
    page: topic.optional(),
    ticket: topic.optional(),
  } satisfies Record<keyof AlarmTopics, z.ZodType>).optional(),
  thresholds: byName(
    'thresholds by store and alarm',
    byName('thresholds by alarm', z.number().min(0).meta({ allowed: 'number from 0, in the alarm’s own unit' })),
  ).optional(),
} satisfies Record<keyof AlarmsConfig, z.ZodType>);
