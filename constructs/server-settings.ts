import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';

/** What Performance Insights keeps of servers: seven days, which cost nothing, encrypted. */
export const insightsOf = (encryptionKey: kms.IKey) => ({
  enablePerformanceInsights: true,
  performanceInsightRetention: rds.PerformanceInsightRetention.DEFAULT,
  performanceInsightEncryptionKey: encryptionKey,
});

/**
 * What every PostgreSQL server of RDS or Aurora is made with: no public address, a certificate of the authority that clients know, minor versions
 * upgraded in the maintenance window.
 */
export const serverSettings = (props: {
  readonly encryptionKey: kms.IKey;
  /** Weekly, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
}) => ({
  publiclyAccessible: false,
  caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
  autoMinorVersionUpgrade: true,
  ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
  ...insightsOf(props.encryptionKey),
});
