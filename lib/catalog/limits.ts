/** A fact about a service that a rule or a default rests on. */
export interface Limit {
  readonly value: number;
  readonly unit: string;
  /** Where the value was read. */
  readonly source: string;
}

/** Limits of AWS and PostgreSQL that the kit checks before anything is deployed. */
export const LIMITS = {
  identifierLength: {
    value: 63,
    unit: 'characters of a DB instance or cluster identifier',
    source: 'RDS API, CreateDBInstance.DBInstanceIdentifier (botocore 1.43)',
  },
  nameLength: {
    value: 63,
    unit: 'bytes of a PostgreSQL database, role or column name',
    source: 'https://www.postgresql.org/docs/17/sql-syntax-lexical.html (NAMEDATALEN - 1)',
  },
  readReplicas: {
    value: 15,
    unit: 'read replicas of one DB instance',
    source: 'RDS API, CreateDBInstanceReadReplica (botocore 1.43)',
  },
  storageMinGiB: {
    value: 20,
    unit: 'GiB of gp3 storage of RDS for PostgreSQL',
    source: 'RDS API, CreateDBInstance.AllocatedStorage (botocore 1.43)',
  },
  storageMaxGiB: {
    value: 65_536,
    unit: 'GiB of gp3 storage of RDS for PostgreSQL',
    source: 'RDS API, CreateDBInstance.AllocatedStorage (botocore 1.43)',
  },
  storageGrowthPercent: {
    value: 10,
    unit: 'percent by which an autoscaling limit must exceed the storage',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html (maximum storage threshold)',
  },
  retentionMaxDays: {
    value: 35,
    unit: 'days of automated backups',
    source: 'RDS API, CreateDBInstance.BackupRetentionPeriod (botocore 1.43)',
  },
  maxConnectionsSettable: {
    value: 262_143,
    unit: 'connections',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Managing.html',
  },
  maxConnectionsDefaultCap: {
    value: 5000,
    unit: 'connections',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: LEAST({DBInstanceClassMemory/9531392},5000)',
  },
  bytesPerConnection: {
    value: 9_531_392,
    unit: 'bytes of DBInstanceClassMemory for one connection',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: LEAST({DBInstanceClassMemory/9531392},5000)',
  },
  reservedSubnetAddresses: {
    value: 5,
    unit: 'addresses that AWS keeps in every subnet',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html',
  },
  subnetGroupZones: {
    value: 2,
    unit: 'availability zones that a DB subnet group covers at least',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html',
  },
} as const satisfies Record<string, Limit>;
