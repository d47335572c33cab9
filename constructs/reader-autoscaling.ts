import * as scaling from 'aws-cdk-lib/aws-applicationautoscaling';
import type * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';

export interface ReaderAutoscalingProps {
  /** Has at least `minReaders` readers of its own: Aurora measures the CPU of readers. */
  readonly cluster: rds.DatabaseCluster;
  readonly minReaders: number;
  readonly maxReaders: number;
  /** Average CPU of the readers that is aimed at. */
  readonly cpuPercent: number;
}

/**
 * Lets Aurora add readers to a cluster and remove those that it added, by their CPU. They belong to no template: before a cluster can be
 * deleted, they must be.
 */
export class ReaderAutoscaling extends Construct {
  constructor(scope: Construct, id: string, props: ReaderAutoscalingProps) {
    super(scope, id);
    // Without a role of ours: Application Auto Scaling has its own for clusters.
    const target = new scaling.CfnScalableTarget(this, 'Readers', {
      serviceNamespace: 'rds',
      scalableDimension: 'rds:cluster:ReadReplicaCount',
      resourceId: `cluster:${props.cluster.clusterIdentifier}`,
      minCapacity: props.minReaders,
      maxCapacity: props.maxReaders,
    });
    // The cluster with its servers: a cluster without a reader can't be scaled.
    target.node.addDependency(props.cluster);
    new scaling.CfnScalingPolicy(this, 'Cpu', {
      policyName: 'reader-cpu',
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: 'RDSReaderAverageCPUUtilization' },
        targetValue: props.cpuPercent,
      },
    });
  }
}
