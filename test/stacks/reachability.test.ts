import fc from 'fast-check';
import type { ServiceConfig } from '../../lib/definition';
import { blogTier } from '../support/blog-tier';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

type Templates = Record<string, TemplateJson>;

/** EC2 lets a group without an inline rule reach everything; this rule reaches nothing. */
const NO_TRAFFIC = [
  { CidrIp: '255.255.255.255/32', Description: 'Disallow all traffic', FromPort: 252, IpProtocol: 'icmp', ToPort: 86 },
];

/** A security group by the stack that has it and its logical id, whichever way a template names it. */
function groupOf(templates: Templates, stack: string, reference: unknown): string {
  const { 'Fn::GetAtt': local, 'Fn::GetStackOutput': output } = reference as {
    'Fn::GetAtt'?: [string, string];
    'Fn::GetStackOutput'?: { StackName: string; OutputName: string };
  };
  if (local) return `${stack}/${local[0]}`;
  if (!output) throw new Error(`not a security group: ${JSON.stringify(reference)}`);
  const producer = output.StackName.replace(/^blog-(dev|prod)-/, '');
  const value = templates[producer]?.Outputs?.[output.OutputName]?.Value;
  return groupOf(templates, producer, value);
}

/** What the templates let through, as `who -> whom:port`; both sides must agree. */
function reachOf(templates: Templates): { egress: string[]; ingress: string[] } {
  const names = new Map<string, string>();
  for (const { stack, id, Properties } of resourcesOf(templates, 'AWS::EC2::SecurityGroup')) {
    const description = Properties['GroupDescription'] as string;
    const [, service] = /^Service (\S+) of/.exec(description) ?? [];
    const [, store] = /^(?:Servers|Shards) of blog-(?:dev|prod)-(\S+)$/.exec(description) ?? [];
    names.set(`${stack}/${id}`, service ? `service ${service}` : store ? `store ${store}` : 'operations');
  }
  const sides = (type: string, from: string, to: string): string[] =>
    resourcesOf(templates, type)
      .map(({ stack, Properties }) => {
        const { IpProtocol, FromPort, ToPort } = Properties;
        const who = names.get(groupOf(templates, stack, Properties[from]));
        const whom = names.get(groupOf(templates, stack, Properties[to]));
        return `${who} -> ${whom}:${IpProtocol}/${FromPort}-${ToPort}`;
      })
      .sort();
  return {
    egress: sides('AWS::EC2::SecurityGroupEgress', 'GroupId', 'DestinationSecurityGroupId'),
    ingress: sides('AWS::EC2::SecurityGroupIngress', 'SourceSecurityGroupId', 'GroupId'),
  };
}

const impliedBy = (services: Readonly<Record<string, ServiceConfig>>): string[] =>
  [
    ...Object.entries(services).flatMap(([service, { uses }]) =>
      Object.keys(uses).map((store) => `service ${service} -> store ${store}:tcp/5432-5432`),
    ),
    'operations -> store main:tcp/5432-5432',
    'operations -> store posts:tcp/5432-5432',
  ].sort();

test.each(['dev', 'prod'] as const)(
  'in %s, exactly the services of the definition reach exactly their stores',
  (stage) => {
    const definition = blogTier(stage);
    const { egress, ingress } = reachOf(templatesOf(definition));
    expect(egress).toEqual(impliedBy(definition.services));
    expect(ingress).toEqual(egress);
  },
);

test('whatever the services are, the rules are what they imply and no more', () => {
  const uses = fc
    .subarray(['main', 'posts'] as const, { minLength: 1 })
    .chain((stores) =>
      fc.record(Object.fromEntries(stores.map((store) => [store, fc.constantFrom('read' as const, 'write' as const)]))),
    );
  const services = fc.dictionary(fc.constantFrom('app', 'jobs', 'reports', 'search'), fc.record({ uses }), {
    maxKeys: 4,
  });
  fc.assert(
    fc.property(services, (table) => {
      const { egress, ingress } = reachOf(templatesOf(blogTier('dev', { services: table })));
      expect(egress).toEqual(impliedBy(table));
      expect(ingress).toEqual(egress);
    }),
    { numRuns: 6 },
  );
});

test.each(['dev', 'prod'] as const)('in %s, no group has a rule of its own, and none names an address', (stage) => {
  const templates = templatesOf(blogTier(stage));
  for (const { Properties } of resourcesOf(templates, 'AWS::EC2::SecurityGroup')) {
    expect(Properties['SecurityGroupEgress']).toEqual(NO_TRAFFIC);
    expect(Properties['SecurityGroupIngress']).toBeUndefined();
  }
  const rules = [
    ...resourcesOf(templates, 'AWS::EC2::SecurityGroupIngress'),
    ...resourcesOf(templates, 'AWS::EC2::SecurityGroupEgress'),
  ];
  expect(rules.length).toBeGreaterThan(0);
  for (const { Properties } of rules) {
    for (const field of ['CidrIp', 'CidrIpv6', 'SourcePrefixListId', 'DestinationPrefixListId']) {
      expect(Properties[field]).toBeUndefined();
    }
  }
  expect(JSON.stringify(templates)).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
});
