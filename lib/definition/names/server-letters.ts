const LETTERS = 'abcdefghijklmnop';

/** The letters of a shard's servers: `a` and one for each reader. Which of them is the primary changes with every failover. */
export function serverLetters(readers: number): readonly string[] {
  return [...LETTERS.slice(0, readers + 1)];
}
