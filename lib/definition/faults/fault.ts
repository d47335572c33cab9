/** Where in the definition, key by key from its root; the keys of an array are its indices. */
export type FaultPath = readonly string[];

/** One thing wrong with a definition, before anybody knows where in a file it stands. */
export interface Fault {
  readonly path: FaultPath;
  /** What was got, what is allowed, what to do next; starts in lower case and has no full stop at its end. */
  readonly message: string;
}

/** The path as a person writes it: `stores.main.replicas`. */
export const dotted = (path: FaultPath): string => path.join('.');
