import type { DocumentDbClass, NeptuneClass } from '../../catalog';
import type { Profile } from '../stages/stage';

/** What a profile decides of DocumentDB and Neptune clusters where the definition is silent. */
export interface ClusterProfile {
  readonly class: DocumentDbClass & NeptuneClass;
  /** Servers beside the first; also the fewest that may be said. */
  readonly readers: number;
}

export const CLUSTER_PROFILES: Readonly<Record<Profile, ClusterProfile>> = {
  disposable: { class: 't4g.medium', readers: 0 },
  protected: { class: 'r6g.large', readers: 1 },
};

/** Defaults of such clusters that are the same in every profile. */
export const CLUSTER_DEFAULTS = {
  version: { documentdb: '5.0', neptune: '1.4.6.1' },
  slowMs: 1000,
} as const;
