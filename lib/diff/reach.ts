import { nameOfResource, valueText, type PlacedResource, type StackIndex } from '../guard';
import { tagsOf, type PartOf } from './part-of';

/** Who may open a connection to what, `users → main:5432`; and who may act as a service, `arn:aws:iam::111122223333:role/web → users by IAM`. */
export type Reach = string;

/**
 * Every way that the security groups of a synthesized stage leave open, sorted: from rules of their own and from rules in a group. And whoever may
 * assume the role of a service.
 */
export function reachOf(index: StackIndex, partOf: PartOf): readonly Reach[] {
  const ways = [...index.resources.values()].flatMap((placed): readonly Reach[] => {
    const { Type, Properties = {} } = placed.resource;
    if (Type === 'AWS::EC2::SecurityGroupIngress') {
      return [way(placed, Properties, whomOf(Properties['GroupId'], placed, index, partOf), index, partOf)];
    }
    if (Type === 'AWS::IAM::Role') return principalsOf(placed, index);
    if (Type !== 'AWS::EC2::SecurityGroup') return [];
    const rules = Properties['SecurityGroupIngress'];
    const whom = ownerOf(placed, partOf);
    return Array.isArray(rules)
      ? rules.map((rule) => way(placed, rule as Record<string, unknown>, whom, index, partOf))
      : [];
  });
  return [...new Set(ways)].sort();
}

/** Where a rule lets traffic come from; the first that it has. */
const SOURCES = ['SourceSecurityGroupId', 'SourceSecurityGroupName', 'CidrIp', 'CidrIpv6', 'SourcePrefixListId'];

function way(
  placed: PlacedResource,
  rule: Readonly<Record<string, unknown>>,
  whom: string,
  index: StackIndex,
  partOf: PartOf,
): Reach {
  const source = SOURCES.map((name) => rule[name]).find((value) => value !== undefined);
  const { SourceSecurityGroupOwnerId: account } = rule;
  const who = `${whomOf(source, placed, index, partOf)}${account === undefined ? '' : ` of ${String(account)}`}`;
  return `${who} → ${whom}:${portsOf(rule)}`;
}

/** Who may assume a service's role; other roles are the kit's own, or of the AWS services that assume them. */
function principalsOf(placed: PlacedResource, index: StackIndex): readonly Reach[] {
  const { service } = tagsOf(placed.resource);
  if (service === undefined) return [];
  const { Statement: statements = [] } = (placed.resource.Properties?.['AssumeRolePolicyDocument'] ?? {}) as {
    readonly Statement?: readonly { readonly Principal?: unknown }[];
  };
  return statements
    .flatMap(({ Principal: principal }) => (isTable(principal) ? Object.values(principal).flat() : [principal]))
    .map((principal) => `${valueText(principal, placed.stack, index).text} → ${service} by IAM`);
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function portsOf({ IpProtocol, FromPort, ToPort }: Readonly<Record<string, unknown>>): string {
  if (FromPort === undefined) return String(IpProtocol) === '-1' ? 'every port' : String(IpProtocol);
  return FromPort === ToPort ? String(FromPort) : `${String(FromPort)}-${String(ToPort)}`;
}

/** A group by what it belongs to; an address, a prefix list or a group of somebody else's as the template writes it. */
function whomOf(value: unknown, from: PlacedResource, index: StackIndex, partOf: PartOf): string {
  const { text, refersTo } = valueText(value, from.stack, index);
  const [key = ''] = refersTo;
  const group = index.resources.get(key);
  return group === undefined ? text : ownerOf(group, partOf);
}

/** A tier's stack in another region than the stage's own is called after it. */
function regionOf(stack: string): string {
  const [, region] = /-([a-z]{2,4}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)$/.exec(stack) ?? [];
  return region === undefined ? '' : ` in ${region}`;
}

/** A service by its tag; a store's servers by the store; any other by its place: `operations`, `network/vpc/endpoints`. */
function ownerOf(group: PlacedResource, partOf: PartOf): string {
  const { service, store } = tagsOf(group.resource);
  if (service !== undefined) return service;
  if (store !== undefined) return `${store}${regionOf(group.stack.name)}`;
  const part = partOf(group.stack.name);
  const path = nameOfResource(group)
    .slice(group.stack.name.length + 1)
    .toLowerCase();
  return part === 'access' ? path : `${part}/${path}`;
}
