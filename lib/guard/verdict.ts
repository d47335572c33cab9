/**
 * Why a deployment must not go on before somebody has decided. `replacement`: CloudFormation makes another resource and lets go of this one.
 * `deletion`: it leaves its template. `moved`: it leaves, and one like it is made elsewhere, empty. `downgrade`: AWS grows it and never
 * shrinks it. `lostProtection`: it stays, with less between it and harm.
 */
export type VerdictKind = 'replacement' | 'deletion' | 'moved' | 'downgrade' | 'lostProtection';

/** One thing that would be lost. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly stage: string;
  readonly stack: string;
  /** Absent where the whole stack is meant. */
  readonly logicalId?: string;
  /** CloudFormation's type. */
  readonly type: string;
  /** What a person calls it: `blog-prod-main/Postgres/Primary`. */
  readonly resource: string;
  /** What the verdict is about, the resource left out: `DBName main → core`. */
  readonly change: string;
  /** The property that causes it, with its values as text; absent where the resource itself is gone. */
  readonly property?: string;
  readonly before?: string;
  readonly after?: string;
  /** The replaced resource that the property names, where its own text stays the same. */
  readonly through?: string;
  /** What would be lost. */
  readonly lost: string;
  /** `data`: what can't be made again. `service`: connections and time. `protection`: nothing yet. */
  readonly atStake: 'data' | 'service' | 'protection';
  /** What becomes of the resource that is let go of; absent where none is. */
  readonly fate?: string;
  /** How to go on, in a sentence. */
  readonly next: string;
}

const WOULD: Readonly<Record<VerdictKind, string>> = {
  replacement: 'would be replaced',
  deletion: 'would be deleted',
  moved: 'would be made anew, empty',
  downgrade: 'would be downgraded',
  lostProtection: 'would lose a protection',
};

/** `blog-prod-main/Postgres/Primary would be replaced: DBName main → core`. */
export const sentenceOf = ({ kind, resource, change }: Pick<Verdict, 'kind' | 'resource' | 'change'>): string =>
  `${resource} ${WOULD[kind]}: ${change}`;

/** `would be replaced`. */
export const wouldBe = (kind: VerdictKind): string => WOULD[kind];
