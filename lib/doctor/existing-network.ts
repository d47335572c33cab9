import type { EC2Client, RouteTable, Subnet, VpcEndpoint } from '@aws-sdk/client-ec2';
import type { NetworkDefinition, TierDefinition } from '../definition';
import { servicesCalledBy } from '../inventory';
import { askAws } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

type ExistingVpc = Extract<NetworkDefinition, { readonly kind: 'existingVpc' }>;
type Finding = Omit<Diagnosis, 'subject'>;

/** What the VPC says of itself. */
interface Network {
  readonly vpcId: string;
  readonly subnets: readonly Subnet[];
  readonly endpoints: readonly VpcEndpoint[];
  /** Of the data subnets. */
  readonly routeTables: readonly RouteTable[];
  /** Whether names are resolved in the VPC, and those of endpoints to the endpoints. */
  readonly dns: { readonly support: boolean; readonly hostnames: boolean };
}

/** What a stage can go without: only proofs of what RDS alone can tell are skipped. */
const OPTIONAL: readonly string[] = ['rds'];

const SUBJECT = 'network';
const RIGHTS = 'ec2:DescribeSubnets, ec2:DescribeVpcEndpoints, ec2:DescribeRouteTables and ec2:DescribeVpcAttribute';

/**
 * Whether a VPC that is there already has what `endpoints: 'provided'` promises: data subnets in the zones that they are written for, and a way
 * to each AWS service that the stage calls from inside; with `'create'`, room for these ways. Nothing for a network that the kit makes.
 */
export async function diagnoseExistingNetwork(tier: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const { network: vpc } = tier;
  if (vpc.kind !== 'existingVpc') return [];
  return askAws(SUBJECT, RIGHTS, async () => {
    const network = await readNetwork(vpc, scope);
    const services = servicesCalledBy(tier);
    const findings = [
      ...subnetFindings(tier, vpc, network),
      ...dnsFindings(network),
      ...services.flatMap((service) =>
        vpc.endpoints === 'create' ? conflictFindings(service, tier, network) : serviceFindings(service, network),
      ),
    ];
    const good: Finding = {
      verdict: 'good',
      says: `${vpc.vpcId} ${vpc.endpoints === 'create' ? 'has room for endpoints of' : 'leads to'} ${services.join(', ')}; its ${vpc.dataSubnetIds.length} data subnets are in their zones`,
    };
    return (findings.length > 0 ? findings : [good]).map((finding) => ({ subject: SUBJECT, ...finding }));
  });
}

async function readNetwork({ vpcId, dataSubnetIds }: ExistingVpc, scope: AwsScope): Promise<Network> {
  const sdk = await import('@aws-sdk/client-ec2');
  const client: EC2Client = new sdk.EC2Client(scope);
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
  const attribute = (name: 'enableDnsSupport' | 'enableDnsHostnames') =>
    client.send(new sdk.DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: name }));
  const [subnets, endpoints, tables, support, hostnames] = await Promise.all([
    client.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [...dataSubnetIds] })),
    allOf(sdk.paginateDescribeVpcEndpoints({ client }, inVpc), ({ VpcEndpoints = [] }) => VpcEndpoints),
    allOf(sdk.paginateDescribeRouteTables({ client }, inVpc), ({ RouteTables = [] }) => RouteTables),
    attribute('enableDnsSupport'),
    attribute('enableDnsHostnames'),
  ]);
  return {
    vpcId,
    subnets: subnets.Subnets ?? [],
    endpoints,
    routeTables: tablesOf(dataSubnetIds, tables),
    dns: {
      support: support.EnableDnsSupport?.Value === true,
      hostnames: hostnames.EnableDnsHostnames?.Value === true,
    },
  };
}

async function allOf<Page, T>(pages: AsyncIterable<Page>, of: (page: Page) => readonly T[]): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...of(page));
  return found;
}

/** The tables of some subnets; a subnet that no table names has the VPC's main one. */
function tablesOf(subnetIds: readonly string[], tables: readonly RouteTable[]): readonly RouteTable[] {
  const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
  const own = subnetIds.map((id) =>
    tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === id)),
  );
  return [...new Set(own.map((table) => table ?? main).filter((table) => table !== undefined))];
}

function subnetFindings({ stage: { zones } }: TierDefinition, vpc: ExistingVpc, network: Network): readonly Finding[] {
  return vpc.dataSubnetIds.flatMap((id, index): readonly Finding[] => {
    const subnet = network.subnets.find(({ SubnetId }) => SubnetId === id);
    const zone = 'names' in zones ? zones.names[index] : undefined;
    const is = subnet === undefined ? 'not there' : `in ${subnet.VpcId}, ${subnet.AvailabilityZone}`;
    if (subnet?.VpcId === vpc.vpcId && (zone === undefined || subnet.AvailabilityZone === zone)) return [];
    const says = `${id} is ${is}; the tier file has it in ${vpc.vpcId}, ${zone}`;
    return [{ verdict: 'bad', says, next: 'Write dataSubnetIds in the order of the zones, one in each.' }];
  });
}

function dnsFindings({ vpcId, dns }: Network): readonly Finding[] {
  const off = [...(dns.support ? [] : ['enable-dns-support']), ...(dns.hostnames ? [] : ['enable-dns-hostnames'])];
  return off.map((option) => ({
    verdict: 'bad',
    says: `${option} of ${vpcId} is off: nothing in it finds servers and endpoints by their names`,
    next: `aws ec2 modify-vpc-attribute --vpc-id ${vpcId} --${option}`,
  }));
}

/** A private name is an endpoint's once in a VPC: where somebody has one already, the tier's own could not be made. */
function conflictFindings(service: string, tier: TierDefinition, { vpcId, endpoints }: Network): readonly Finding[] {
  return endpoints
    .filter(
      ({ ServiceName = '', PrivateDnsEnabled, Tags = [] }) =>
        ServiceName.split('.').at(-1) === service &&
        PrivateDnsEnabled === true &&
        !Tags.some(({ Key, Value }) => Key === 'tier' && Value === tier.name),
    )
    .map(({ VpcEndpointId: id }) => ({
      verdict: 'bad',
      says: `${vpcId} has an endpoint of ${service} already, ${id}, whose private name a second one can't have`,
      next: "Set endpoints to 'provided' in the tier file.",
    }));
}

function serviceFindings(service: string, { vpcId, endpoints, routeTables }: Network): readonly Finding[] {
  const own = endpoints.filter(({ ServiceName = '' }) => ServiceName.split('.').at(-1) === service);
  const faults = own.map((endpoint) => faultOf(endpoint, routeTables));
  if (own.length > 0 && faults.some((fault) => fault === undefined)) return [];
  const [fault] = faults;
  if (fault !== undefined) return [{ verdict: verdictFor(service), ...fault }];
  const way = wayOut(routeTables);
  if (way !== undefined) {
    const says = `${vpcId} has no endpoint of ${service}: whatever calls it leaves by ${way}`;
    return [{ verdict: 'warning', says, next: `See that ${way} leads to it and resolves its name.` }];
  }
  return [
    {
      verdict: verdictFor(service),
      says: `${vpcId} has no endpoint of ${service}, and no route leads out of its data subnets: ${lossOf(service)}`,
      next: `Ask the network's owner for an endpoint of ${service} with private DNS.`,
    },
  ];
}

const verdictFor = (service: string): 'bad' | 'warning' => (OPTIONAL.includes(service) ? 'warning' : 'bad');

const lossOf = (service: string): string =>
  OPTIONAL.includes(service) ? 'proofs of encryption and standbys are skipped' : 'the functions of the tier would hang';

/** Why an endpoint does not serve the data subnets; `undefined` where it does. */
function faultOf(
  endpoint: VpcEndpoint,
  routeTables: readonly RouteTable[],
): Pick<Finding, 'says' | 'next'> | undefined {
  const { VpcEndpointId: id = '', ServiceName: name, State: state = 'unknown', VpcEndpointType: type } = endpoint;
  const what = `${id} (${name})`;
  if (state.toLowerCase() !== 'available') {
    return { says: `${what} is ${state}`, next: `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ${id}` };
  }
  if (type !== 'Gateway') {
    if (endpoint.PrivateDnsEnabled === true) return undefined;
    return {
      says: `private DNS of ${what} is off: the service's name does not lead to it`,
      next: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --private-dns-enabled`,
    };
  }
  const served = endpoint.RouteTableIds ?? [];
  const missing = routeTables.map(({ RouteTableId = '' }) => RouteTableId).filter((table) => !served.includes(table));
  if (missing.length === 0) return undefined;
  return {
    says: `${what} is in no route of ${missing.join(', ')}`,
    next: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --add-route-table-ids ${missing.join(' ')}`,
  };
}

/** What every data subnet has a route to beyond the VPC, as `nat-…` or `tgw-…`; a gateway endpoint leads to its own service only. */
function wayOut(routeTables: readonly RouteTable[]): string | undefined {
  const ways = routeTables.map(({ Routes = [] }) => {
    const [way] = Routes.flatMap((route) => {
      const target =
        route.NatGatewayId ?? route.TransitGatewayId ?? route.VpcPeeringConnectionId ?? route.NetworkInterfaceId;
      const gateway = route.GatewayId?.startsWith('vgw-') ? route.GatewayId : undefined;
      return route.State === 'blackhole' ? [] : [target ?? gateway].filter((id) => id !== undefined);
    });
    return way;
  });
  return ways.length > 0 && ways.every((way) => way !== undefined) ? ways[0] : undefined;
}
