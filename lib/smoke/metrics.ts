import { countOutcomes, type SmokeReport } from './report';

/** Namespace of the kit's own metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'Polystore';

/**
 * The counts of a run in CloudWatch's embedded metric format, one document a store: written to a Lambda's log as a line each they become the
 * metrics `SmokePassed`, `SmokeFailed`, `SmokeSkipped` (counts) and `SmokeDuration` (ms: the store's slowest check) by tier, stage and store.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function smokeMetrics(report: SmokeReport): readonly Readonly<Record<string, unknown>>[] {
  const stores = [...new Set(report.outcomes.map(({ store }) => store))];
  return stores.map((store) => {
    const outcomes = report.outcomes.filter((outcome) => outcome.store === store);
    const counts = countOutcomes(outcomes);
    return {
      _aws: {
        Timestamp: Date.parse(report.startedAt),
        CloudWatchMetrics: [
          {
            Namespace: METRIC_NAMESPACE,
            Dimensions: [['Tier', 'Stage', 'Store']],
            Metrics: [
              { Name: 'SmokePassed', Unit: 'Count' },
              { Name: 'SmokeFailed', Unit: 'Count' },
              { Name: 'SmokeSkipped', Unit: 'Count' },
              { Name: 'SmokeDuration', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      Tier: report.tier,
      Stage: report.stage,
      Store: store,
      SmokePassed: counts.passed,
      SmokeFailed: counts.failed,
      SmokeSkipped: counts.skipped,
      SmokeDuration: Math.max(...outcomes.map(({ durationMs }) => durationMs)),
      run: report.run,
    };
  });
}
