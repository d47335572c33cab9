import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, Tags } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import {
  acknowledgeWildcards,
  ClientSecurityGroup,
  ConsumerRole,
  ExistingClient,
  type DatabaseClient,
} from '../../constructs';
import type { ServiceDefinition, TierDefinition } from '../definition';
import { publishedServices } from '../definition/services/published';
import { familiesInUse, kitFunctionsOf } from '../inventory';
import {
  familyOf,
  lastReportPath,
  logGroupOf,
  NO_REPORT_YET,
  TOPOLOGY_VERSION,
  type KitFunction,
  type StoreFamily,
} from '../topology';
import { ANY_PROXY, databaseUser, isPooled, PROXIES_COME_LATER } from './database-logins';
import { graphsOf, WHOLE_GRAPH } from './graph-policies';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { serviceStatements, type ServiceLogin } from './service-statements';
import { stackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { hasLogins, storeLogins, usesStore, type StoreLogins } from './store-logins';
import type { TierNetwork } from './tier-network';
import { TopologyParameter } from './topology-parameter';
import { WaysToAws } from './ways-to-aws';

/**
 * Who may reach what, and with which credentials: exactly what `services` says, plus the kit's own operations.
 *
 * It holds nothing that can't be made again: a password that is lost is generated anew and set by the next provisioning. It reads the other
 * stacks weakly, so that a store or a service can leave the tier in one deployment; see docs/adr/0002-references-between-stacks.md.
 */
export class AccessStack extends Stack {
  /** By store. */
  readonly logins: ReadonlyMap<string, StoreLogins>;
  private readonly clients: ReadonlyMap<string, DatabaseClient>;
  private readonly operations: ReadonlyMap<StoreFamily, ClientSecurityGroup>;
  private readonly logGroups: ReadonlyMap<KitFunction, logs.LogGroup>;

  /** `loginsOf`: where the secrets of a store are made or found, below a scope of their own. */
  constructor(
    scope: Construct,
    tier: TierDefinition,
    stores: readonly Store[],
    network: TierNetwork,
    loginsOf: (scope: Construct, store: Store) => StoreLogins = (below, store) => storeLogins(below, tier, store),
  ) {
    const settings = stackSettings(tier, ['access'], 'who may reach which store');
    // White space would be two fifths of a template that names hundreds of shards for each of many services.
    super(scope, settings.stackName, { ...settings, suppressTemplateIndentation: true });
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const { vpc } = network.in(this);

    // Scopes of their own, so that stores and services may be called whatever they like.
    const secrets = new Construct(this, 'Secrets');
    this.logins = new Map(stores.filter(hasLogins).map((store) => [store.name, loginsOf(secrets, store)]));

    const waysToAws = new WaysToAws(this, tier, network);
    this.operations = new Map(
      familiesInUse(tier).map((family) => {
        const group = new ClientSecurityGroup(this, OPERATIONS_IDS[family], {
          vpc,
          description: operationsDescription(tier, family),
        });
        const reached = stores.filter(({ name }) => familyIn(tier, name) === family);
        openTo(group, reached);
        waysToAws.openTo(group, reached);
        return [family, group] as const;
      }),
    );
    const { logRetention, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    const logScope = new Construct(this, 'Logs');
    this.logGroups = new Map(
      kitFunctionsOf(tier).map(({ name, functionName }) => [
        name,
        new logs.LogGroup(logScope, name, {
          logGroupName: logGroupOf(functionName),
          retention: logRetention,
          removalPolicy,
        }),
      ]),
    );

    // The report of the last proof outlives a rollback, as the logs do. A proof writes it; a deployment only makes it.
    const reportScope = new Construct(this, 'LastReports');
    for (const family of familiesInUse(tier)) {
      new ssm.StringParameter(reportScope, family, {
        parameterName: parameterName(tier, lastReportPath(family)),
        description: `Report of the last proof of ${family} stores of ${tier.name}/${tier.stage.name}`,
        stringValue: NO_REPORT_YET,
      }).applyRemovalPolicy(removalPolicy);
    }

    const clientScope = new Construct(this, 'Clients');
    const roleScope = new Construct(this, 'Roles');
    const clients = new Map<string, DatabaseClient>();
    this.clients = clients;
    for (const service of Object.values(tier.services)) {
      const client = this.clientFor(clientScope, tier, service, vpc);
      clients.set(service.name, client);
      const used = stores.filter((store) => usesStore(service, store));
      openTo(client, used);
      waysToAws.openTo(client, used);
      if (service.principals.length > 0 && used.length > 0) this.addRole(roleScope, tier, service, used);
    }

    new TopologyParameter(this, 'Topology', tier, {
      path: ['tier'],
      part: {
        part: 'tier',
        version: TOPOLOGY_VERSION,
        tier: tier.name,
        stage: tier.stage.name,
        world: 'aws',
        trust: { kind: 'rds', bundlePath: LAMBDA_CA_BUNDLE },
        stores: Object.fromEntries(stores.map(({ name, shardStacks }) => [name, shardStacks])),
        services: publishedServices(tier),
      },
    });
    tagStack(this, tier);
  }

  /** The security group of the kit's functions for one family: it reaches the family's stores, and no others. */
  operationsOn(family: StoreFamily): ec2.ISecurityGroup {
    const group = this.operations.get(family);
    if (group === undefined) throw new TypeError(`${this.stackName} has no group for operations on ${family} stores`);
    // CDK's classes and interfaces differ in nothing but `undefined` in optional members.
    return group as ec2.ISecurityGroup;
  }

  /** The log of one of the kit's functions; here, and not with the function, so that the log of a failed deployment outlives its rollback. */
  logGroupOf(name: KitFunction): logs.ILogGroup {
    const group = this.logGroups.get(name);
    if (group === undefined) throw new TypeError(`${this.stackName} has no log of ${name}`);
    return group as logs.ILogGroup;
  }

  /** The security group of a service, and the rules of it. */
  clientOf(service: string): DatabaseClient {
    const client = this.clients.get(service);
    if (client === undefined) throw new TypeError(`${this.stackName} has no client for service ${service}`);
    return client;
  }

  /** ARN of what a service logs in to a store with. */
  secretOf(store: string, service: string): string {
    const secret = this.logins.get(store)?.services.get(service);
    if (secret === undefined) throw new TypeError(`${this.stackName} has no secret of service ${service} in ${store}`);
    return secret;
  }

  private clientFor(scope: Construct, tier: TierDefinition, service: ServiceDefinition, vpc: ec2.IVpc): DatabaseClient {
    const { name, client: existing } = service;
    if (existing !== undefined) {
      const { groupId: securityGroupId, account } = existing;
      return new ExistingClient(scope, name, {
        securityGroupId,
        ...(account === undefined ? {} : { ownerAccount: account }),
      });
    }
    const client = new ClientSecurityGroup(scope, name, {
      vpc,
      description: `Service ${name} of ${tier.name}/${tier.stage.name}`,
    });
    new CfnOutput(client, 'Id', {
      value: client.securityGroupId,
      description: `Put this security group on service ${name}`,
    });
    Tags.of(client).add('service', name);
    return client;
  }

  /** What the principals of a service may act as, to do what the service needs. */
  private addRole(scope: Construct, tier: TierDefinition, service: ServiceDefinition, used: readonly Store[]): void {
    const { name, principals } = service;
    const logins = used.flatMap((store): ServiceLogin[] => {
      const secretArn = this.logins.get(store.name)?.services.get(name);
      return secretArn === undefined ? [] : [{ store, secretArn }];
    });
    const role = new ConsumerRole(scope, name, {
      description: `Service ${name} of ${tier.name}/${tier.stage.name}`,
      principals,
      statements: serviceStatements(this, tier, service, { stores: used, logins }),
    });
    acknowledgeWildcards(role, graphsOf(this, used), WHOLE_GRAPH);
    if (service.authentication === 'iam' && used.some((store) => isPooled(tier, store.name)))
      acknowledgeWildcards(role, [databaseUser(this, ANY_PROXY, name)], PROXIES_COME_LATER);
    new CfnOutput(role, 'Arn', { value: role.roleArn, description: `Service ${name} assumes this role` });
    Tags.of(role).add('service', name);
  }
}

/**
 * One group was enough while all stores were relational. Theirs has its id and description still: another would take its place, and the functions of
 * before stand in it when this stack is deployed.
 */
const OPERATIONS_IDS: Readonly<Record<StoreFamily, string>> = {
  relational: 'Operations',
  valkey: 'OperationsOnValkey',
  dynamodb: 'OperationsOnDynamoDb',
  documentdb: 'OperationsOnDocumentDb',
  neptune: 'OperationsOnNeptune',
};

const operationsDescription = ({ name, stage }: TierDefinition, family: StoreFamily): string =>
  family === 'relational'
    ? `Provisioning and smoke test of ${name}/${stage.name}`
    : `Operations on ${family} stores of ${name}/${stage.name}`;

function familyIn({ stores }: TierDefinition, name: string): StoreFamily | undefined {
  const store = stores[name];
  return store && familyOf(store);
}

function openTo(client: DatabaseClient, stores: readonly Store[]): void {
  for (const { name, servers } of stores) if (servers !== undefined) client.allowTo({ name, ...servers });
}

/**
 * Amazon's certificate authorities, those of RDS among them, in every Node.js runtime of AWS Lambda since 20; elsewhere the application brings the
 * bundle to the same path or says where it is.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html (CA certificate loading)
 */
const LAMBDA_CA_BUNDLE = '/var/runtime/ca-cert.pem';
