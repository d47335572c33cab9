import type { SecretValue, SecretVersions, VersionLabel } from '../../lib/rotation';

/**
 * One secret with its versions, as Secrets Manager keeps them: a label is on one version at a time, a version keeps the value that it got, and the version
 * that AWSCURRENT leaves gets AWSPREVIOUS.
 */
export class Vault implements SecretVersions {
  private readonly values = new Map<string, SecretValue>();
  private readonly onVersion = new Map<string, string>();

  constructor(value: SecretValue) {
    this.values.set('born', value);
    this.onVersion.set('AWSCURRENT', 'born');
  }

  /** What a rotation begins with: a version that holds nothing. */
  begin(version: string): void {
    this.onVersion.set('AWSPENDING', version);
  }

  get current(): SecretValue {
    return this.valueOf('AWSCURRENT') as SecretValue;
  }

  valueOf(label: VersionLabel | 'AWSPREVIOUS'): SecretValue | undefined {
    return this.values.get(this.onVersion.get(label) ?? '');
  }

  labels(): Promise<ReadonlyMap<string, readonly string[]>> {
    const labels = new Map<string, string[]>();
    for (const [label, version] of this.onVersion) labels.set(version, [...(labels.get(version) ?? []), label]);
    return Promise.resolve(labels);
  }

  read(_secret: string, label: VersionLabel): Promise<SecretValue | undefined> {
    return Promise.resolve(this.valueOf(label));
  }

  keepPending(_secret: string, version: string, value: SecretValue): Promise<void> {
    if (!this.values.has(version)) this.values.set(version, value);
    this.onVersion.set('AWSPENDING', version);
    return Promise.resolve();
  }

  makeCurrent(_secret: string, version: string, before: string): Promise<void> {
    if (this.onVersion.get('AWSCURRENT') !== before) return Promise.reject(new Error(`${before} is not current`));
    this.onVersion.set('AWSPREVIOUS', before).set('AWSCURRENT', version);
    return Promise.resolve();
  }
}
