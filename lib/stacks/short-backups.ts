import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BackupDefinition } from '../definition';

/** Days of backups from which cdk-nag says nothing. */
const ENOUGH_DAYS = 7;

/** Says why a cluster may have fewer days of backups than a policy pack asks for, where it has. */
export function acknowledgeShortBackups(cluster: Construct, { retentionDays }: BackupDefinition, rule: string): void {
  if (retentionDays >= ENOUGH_DAYS) return;
  Validations.of(cluster).acknowledge({
    id: rule,
    reason: `The definition says how far back a stage can be put, ${retentionDays} days here: what is made to be thrown away needs no more.`,
  });
}
