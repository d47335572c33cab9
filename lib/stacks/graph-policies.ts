import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { NEPTUNE_ACTIONS } from '../../constructs';
import type { Store } from './store';

/** Asks graphs. */
export function readGraphs(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  return allow('ReadGraphs', graphsOf(stack, stores), NEPTUNE_ACTIONS.read);
}

/** Asks and changes graphs. */
export function changeGraphs(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  return allow('ChangeGraphs', graphsOf(stack, stores), [...NEPTUNE_ACTIONS.read, ...NEPTUNE_ACTIONS.write]);
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

function allow(sid: string, resources: readonly string[], actions: readonly string[]): readonly iam.PolicyStatement[] {
  return resources.length === 0
    ? []
    : [new iam.PolicyStatement({ sid, actions: [...actions], resources: [...resources] })];
}
