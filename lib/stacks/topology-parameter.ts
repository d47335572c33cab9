import { Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import type { TopologyPart } from '../topology';
import { parameterName } from './names';

/** Publishes what a stack knows of the topology, under `/<tier>/<stage>/…`, where the runtime world reads it. */
export class TopologyParameter extends Construct {
  constructor(
    scope: Construct,
    id: string,
    definition: TierDefinition,
    props: { readonly path: readonly string[]; readonly part: TopologyPart },
  ) {
    super(scope, id);
    new ssm.StringParameter(this, 'Parameter', {
      parameterName: parameterName(definition, ...props.path),
      description: `Part of the topology of ${definition.name}/${definition.stage.name}`,
      stringValue: Stack.of(this).toJsonString(props.part),
      // A standard parameter, which costs nothing, holds 4 KB: enough but for the longest names.
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
    });
  }
}
