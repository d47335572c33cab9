import { Duration, RemovalPolicy, type Acknowledgment } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Profile } from '../definition';
import { PROFILES } from '../definition/stages/profile';

/** What a stage's profile decides about every stack, beyond the sizes that the definition resolves. */
export interface ProfileSettings {
  /** Of everything that holds data, and of what it stands on. */
  readonly removalPolicy: RemovalPolicy;
  /** Of databases and tables. */
  readonly deletionProtection: boolean;
  /** Of the stacks with data. */
  readonly terminationProtection: boolean;
  /** A standby in another zone. */
  readonly multiAz: boolean;
  readonly logRetention: RetentionDays;
  /** Alarms, and a proof by the hour. */
  readonly watched: boolean;
  /** Wait between asking for a key's deletion and the deletion. */
  readonly keyPendingWindow: Duration;
  /** Why an instance may lack a standby. */
  readonly withoutStandby: readonly Acknowledgment[];
  /** Why a database may be deleted. */
  readonly withoutProtection: readonly Acknowledgment[];
}

export const PROFILE_SETTINGS: Readonly<Record<Profile, ProfileSettings>> = {
  disposable: {
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: false,
    terminationProtection: false,
    multiAz: PROFILES.disposable.multiAz,
    logRetention: RetentionDays.ONE_WEEK,
    watched: false,
    keyPendingWindow: Duration.days(7),
    withoutStandby: [
      { id: 'AwsSolutions-RDS3', reason: 'A disposable stage may be away while a zone is: it pays for no standby.' },
    ],
    withoutProtection: [
      { id: 'AwsSolutions-RDS10', reason: 'A disposable stage is deleted with everything in it, in one command.' },
    ],
  },
  protected: {
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    deletionProtection: true,
    terminationProtection: true,
    multiAz: PROFILES.protected.multiAz,
    logRetention: RetentionDays.THREE_MONTHS,
    watched: true,
    keyPendingWindow: Duration.days(30),
    withoutStandby: [],
    withoutProtection: [],
  },
};
