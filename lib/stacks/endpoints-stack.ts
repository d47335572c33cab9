import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PrivateEndpoints, type IDataNetwork } from '../../constructs';
import type { NetworkDefinition, TierDefinition } from '../definition';
import { endpointSubnets } from './network-stack';
import { stackSettings, tagStack } from './stack-settings';

/** The ways to AWS in a VPC that is there already, where its owner leaves them to the tier. Stateless: nothing stands on it but connections. */
export class EndpointsStack extends Stack {
  /** By which the tier's clients reach AWS. */
  readonly endpoints: PrivateEndpoints;

  constructor(
    scope: Construct,
    definition: TierDefinition,
    { dataRouteTableIds = [] }: Extract<NetworkDefinition, { readonly kind: 'existingVpc' }>,
    networkIn: (stack: Stack) => IDataNetwork,
  ) {
    const settings = stackSettings(definition, ['endpoints'], 'ways to AWS in a network that is there already');
    super(scope, settings.stackName, settings);
    const network = networkIn(this);
    this.endpoints = new PrivateEndpoints(this, 'Endpoints', {
      vpc: network.vpc,
      ...endpointSubnets(network, definition),
      dynamoDb: { routeTableIds: dataRouteTableIds },
      description: `Ways to AWS of ${definition.name}/${definition.stage.name}`,
    });
    tagStack(this, definition);
  }
}
