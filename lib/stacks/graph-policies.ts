import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { NEPTUNE_ACTIONS, statementsOn } from '../../constructs';
import type { Store } from './store';

/** Asks graphs. */
export function readGraphs(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  return statementsOn({ sid: 'ReadGraphs', actions: NEPTUNE_ACTIONS.read, resources: graphsOf(stack, stores) });
}

/** Asks and changes graphs. */
export function changeGraphs(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const actions = [...NEPTUNE_ACTIONS.read, ...NEPTUNE_ACTIONS.write];
  return statementsOn({ sid: 'ChangeGraphs', actions, resources: graphsOf(stack, stores) });
}

/** Why policies name graphs by a wildcard. */
export const WHOLE_GRAPH = 'What a cluster holds is one graph: policies can name nothing within it.';

/**
 * All that each Neptune cluster holds, as policies name it. What AWS calls the cluster is read by CloudFormation from the parameter that the store's
 * stack publishes: a reference to that stack would be nothing that a finding could name.
 */
export function graphsOf(stack: Stack, stores: readonly Store[]): readonly string[] {
  return stores.flatMap(({ graph }) =>
    graph === undefined
      ? []
      : [
          stack.formatArn({
            service: 'neptune-db',
            resource: ssm.StringParameter.valueForStringParameter(stack, graph.idParameter),
            resourceName: '*',
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ],
  );
}
