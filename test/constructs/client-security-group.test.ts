import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ClientSecurityGroup, DataNetwork, ServerSecurityGroup } from '../../constructs';

function build(): { servers: Template; clients: Template } {
  const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': 'strong' } });
  const servers = new Stack(app, 'Servers');
  const { vpc } = new DataNetwork(servers, 'Network', { cidr: '10.0.0.0/16' });
  const server = new ServerSecurityGroup(servers, 'Server', { vpc, description: 'servers' }) as ec2.ISecurityGroup;
  new ServerSecurityGroup(servers, 'Other', { vpc, description: 'not to be reached' });
  const clients = new Stack(app, 'Clients');
  const client = new ClientSecurityGroup(clients, 'app', { vpc, description: 'an application' });
  client.allowTo({ name: 'main', securityGroup: server, port: 5432 });
  return { servers: Template.fromStack(servers), clients: Template.fromStack(clients) };
}

/** EC2 lets a group without an inline rule reach everything; this one reaches nothing. */
const NO_TRAFFIC = [
  { CidrIp: '255.255.255.255/32', Description: 'Disallow all traffic', FromPort: 252, IpProtocol: 'icmp', ToPort: 86 },
];

test('opens one port to one server, on both sides, in the stack of the client', () => {
  const { clients, servers } = build();
  clients.resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
  clients.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  const rule = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 };
  clients.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { ...rule, Description: 'to main' });
  clients.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { ...rule, Description: 'from app' });
  servers.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  servers.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
});

test('reaches nothing else, and servers reach nothing at all', () => {
  const { clients, servers } = build();
  const closed = { SecurityGroupEgress: NO_TRAFFIC, SecurityGroupIngress: Match.absent() };
  clients.allResourcesProperties('AWS::EC2::SecurityGroup', closed);
  servers.allResourcesProperties('AWS::EC2::SecurityGroup', closed);
});
