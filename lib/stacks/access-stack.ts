import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, Tags } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ClientSecurityGroup, RoleSecret } from '../../constructs';
import type { TierDefinition } from '../definition';
import { SMOKE_ROLE, TOPOLOGY_VERSION } from '../topology';
import { stackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { TopologyParameter } from './topology-parameter';

/**
 * Who may reach what, and with which credentials: exactly what `services` says, plus the kit's own operations.
 *
 * It holds nothing that can't be made again: a password that is lost is generated anew and set by the next provisioning. It reads the other
 * stacks weakly, so that a store or a service can leave the tier in one deployment; see docs/adr/0002-references-between-stacks.md.
 */
export class AccessStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, stores: readonly Store[], vpc: ec2.IVpc) {
    const settings = stackSettings(tier, ['access'], 'who may reach which store');
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);

    const smokeScope = new Construct(this, 'SmokeSecrets');
    const serviceScope = new Construct(this, 'ServiceSecrets');
    const accessScope = new Construct(this, 'StoreAccess');
    const keyScope = new Construct(this, 'Keys');
    for (const store of stores) {
      // By ARN: a grant on the key itself would make the store's stack depend on this one.
      const encryptionKey = kms.Key.fromKeyArn(keyScope, store.name, store.key.keyArn);
      const smoke = new RoleSecret(smokeScope, store.name, {
        role: SMOKE_ROLE,
        encryptionKey,
        description: `Smoke test in store ${store.name} of ${tier.name}/${tier.stage.name}`,
      });
      Tags.of(smoke).add('store', store.name);
      const storeScope = new Construct(serviceScope, store.name);
      const services = Object.values(tier.services)
        .filter(({ uses }) => uses[store.name] !== undefined)
        .map(({ name }): [string, string] => {
          const secret = new RoleSecret(storeScope, name, {
            role: name,
            encryptionKey,
            description: `Service ${name} in store ${store.name} of ${tier.name}/${tier.stage.name}`,
          });
          Tags.of(secret).add('store', store.name);
          Tags.of(secret).add('service', name);
          return [name, secret.secretArn];
        });
      const parameter = new TopologyParameter(accessScope, store.name, tier, {
        path: ['access', store.name],
        part: {
          part: 'access',
          version: TOPOLOGY_VERSION,
          store: store.name,
          smoke: smoke.secretArn,
          services: Object.fromEntries(services),
        },
      });
      Tags.of(parameter).add('store', store.name);
    }

    const operations = new ClientSecurityGroup(this, 'Operations', {
      vpc,
      description: `Provisioning and smoke test of ${tier.name}/${tier.stage.name}`,
    });
    for (const store of stores) operations.allowTo(store);

    const clientScope = new Construct(this, 'Clients');
    for (const service of Object.values(tier.services)) {
      const client = new ClientSecurityGroup(clientScope, service.name, {
        vpc,
        description: `Service ${service.name} of ${tier.name}/${tier.stage.name}`,
      });
      for (const store of stores) if (service.uses[store.name] !== undefined) client.allowTo(store);
      Tags.of(client).add('service', service.name);
      new CfnOutput(client, 'Id', {
        value: client.securityGroupId,
        description: `Put this security group on service ${service.name}`,
      });
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
        services: Object.fromEntries(Object.values(tier.services).map(({ name, uses }) => [name, { uses }])),
      },
    });
    tagStack(this, tier);
  }
}

/**
 * Amazon's certificate authorities in every Node.js runtime of AWS Lambda; elsewhere the application brings the bundle to the same path or says
 * where it is.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html (runtime-dependent upgrades: CA certificates)
 */
const LAMBDA_CA_BUNDLE = '/var/runtime/ca-cert.pem';
