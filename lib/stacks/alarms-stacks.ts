import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { AlarmsStack } from './alarms-stack';
import { PROFILE_SETTINGS } from './profile-settings';
import { serverAlarmsStacks } from './server-alarms-stack';

/** The stacks of alarms of a tier, the topic first, so that the first alarm is told to somebody; none where nobody is woken. */
export function alarmsStacks(scope: Construct, definition: TierDefinition): readonly Stack[] {
  if (!PROFILE_SETTINGS[definition.stage.profile].watched) return [];
  const alarms = new AlarmsStack(scope, definition);
  return [alarms, ...serverAlarmsStacks(scope, definition, alarms)];
}
