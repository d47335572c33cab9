import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DataNetwork, ZonedStack, type Zones } from '../../constructs';

const env = { account: '111122223333', region: 'eu-west-1' };
const NAMED = { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] };

interface Subnet {
  readonly Properties: { readonly AvailabilityZone: unknown; readonly CidrBlock: string };
}

function networkOf(zones: Zones, cidr = '10.0.0.0/16'): { template: Template; app: App; subnets: Subnet[] } {
  const app = new App();
  const stack = new ZonedStack(app, 'Test', { zones, ...('names' in zones ? { env } : {}) });
  new DataNetwork(stack, 'Network', { cidr });
  const template = Template.fromStack(stack);
  return { template, app, subnets: Object.values(template.findResources('AWS::EC2::Subnet')) as unknown as Subnet[] };
}

test('has a subnet in each zone that is named, and asks no account', () => {
  const { subnets, app } = networkOf(NAMED);
  expect(subnets.map(({ Properties }) => Properties.AvailabilityZone)).toEqual(NAMED.names);
  expect(app.synth().manifest.missing).toBeUndefined();
});

test.each([2, 3])('has %i subnets without an environment, in zones that CloudFormation picks', (count) => {
  const { subnets } = networkOf({ count });
  expect(subnets.map(({ Properties }) => Properties.AvailabilityZone)).toEqual(
    Array.from({ length: count }, (_, index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })),
  );
});

test('has no way in from or out to the internet', () => {
  const { template } = networkOf(NAMED);
  for (const type of ['InternetGateway', 'NatGateway', 'EIP', 'Route', 'EgressOnlyInternetGateway']) {
    template.resourceCountIs(`AWS::EC2::${type}`, 0);
  }
  template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
});

test.each([
  ['10.0.0.0/16', ['10.0.0.0/20', '10.0.16.0/20', '10.0.32.0/20']],
  ['10.1.0.0/24', ['10.1.0.0/28', '10.1.0.16/28', '10.1.0.32/28']],
])('gives each subnet of %s a sixteenth', (cidr, blocks) => {
  expect(networkOf(NAMED, cidr).subnets.map(({ Properties }) => Properties.CidrBlock)).toEqual(blocks);
});

test('keeps the subnets that are there when a zone is added', () => {
  const two = networkOf({ names: NAMED.names.slice(0, 2) }).template.findResources('AWS::EC2::Subnet');
  const three = networkOf(NAMED).template.findResources('AWS::EC2::Subnet');
  expect(three).toMatchObject(two);
});

test('logs all traffic, and keeps the log for three months', () => {
  const { template } = networkOf(NAMED);
  template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL', ResourceType: 'VPC' });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
});

test('needs no function of ours', () => {
  networkOf(NAMED).template.resourceCountIs('AWS::Lambda::Function', 0);
});

test('works in any stack, with the zones that the stack has', () => {
  const stack = new Stack(new App(), 'Plain');
  new DataNetwork(stack, 'Network', { cidr: '10.0.0.0/16' });
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::EC2::Subnet', { CidrBlock: Match.anyValue() }, 2);
});
