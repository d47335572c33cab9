import { replacingProperties } from '../guard';
import { isStaticParameter } from './static-parameters';

/**
 * What CloudFormation does to a resource when a property changes. `replaced`: another resource takes its place. `interrupted`: the same one, away for
 * a while. `waits for a reboot`: nothing until somebody reboots the servers. `updated`: nothing that a client notices.
 */
export type UpdateEffect = 'replaced' | 'interrupted' | 'waits for a reboot' | 'updated';

/** From the mildest on. */
const SEVERITY: readonly UpdateEffect[] = ['updated', 'waits for a reboot', 'interrupted', 'replaced'];

/** The worst of several effects. @default 'updated' - where nothing changes */
export const worstEffect = (effects: readonly UpdateEffect[]): UpdateEffect =>
  effects.reduce<UpdateEffect>(
    (worst, effect) => (SEVERITY.indexOf(effect) > SEVERITY.indexOf(worst) ? effect : worst),
    'updated',
  );

type Judge = (before: unknown, after: unknown) => UpdateEffect;

const interrupts: Judge = () => 'interrupted';
const reboots: Judge = () => 'waits for a reboot';
const parameters: Judge = (before, after) => {
  const [old, now] = [tableOf(before), tableOf(after)];
  const changed = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => old[name] !== now[name]);
  return changed.some(isStaticParameter) ? 'waits for a reboot' : 'updated';
};

/**
 * Updates in place that a client notices. Whether a change replaces comes from the resource schemas; these come from the documentation, because no
 * schema has them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html ("Update requires: Some interruptions")
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html (downtime of each setting)
 */
const IN_PLACE: Readonly<Record<string, Readonly<Record<string, Judge>>>> = {
  'AWS::RDS::DBInstance': {
    // Only automated backups that are turned on or off restart the server.
    BackupRetentionPeriod: (before, after) =>
      (Number(before ?? 1) === 0) === (Number(after ?? 1) === 0) ? 'updated' : 'interrupted',
    CACertificateIdentifier: interrupts,
    DBInstanceClass: interrupts,
    DBParameterGroupName: reboots,
    EngineVersion: interrupts,
    StorageType: interrupts,
  },
  'AWS::RDS::DBCluster': {
    DBClusterParameterGroupName: reboots,
    EngineVersion: interrupts,
    GlobalClusterIdentifier: interrupts,
  },
  'AWS::DocDB::DBInstance': { CACertificateIdentifier: interrupts, DBInstanceClass: interrupts },
  'AWS::DocDB::DBCluster': { DBClusterParameterGroupName: reboots },
  'AWS::DocDB::DBClusterParameterGroup': { Parameters: parameters },
  'AWS::Neptune::DBInstance': { DBInstanceClass: interrupts },
  'AWS::Neptune::DBCluster': { DBClusterParameterGroupName: reboots, EngineVersion: interrupts },
  'AWS::Neptune::DBClusterParameterGroup': { Parameters: parameters },
  'AWS::RDS::DBClusterParameterGroup': { Parameters: parameters },
  'AWS::RDS::DBParameterGroup': { Parameters: parameters },
};

/** What a change of one property does to a resource of the type. Values are as templates write them. */
export function effectOf(type: string, property: string, before: unknown, after: unknown): UpdateEffect {
  if (replacingProperties(type).includes(property)) return 'replaced';
  return IN_PLACE[type]?.[property]?.(before, after) ?? 'updated';
}

function tableOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, JSON.stringify(item)]));
}
