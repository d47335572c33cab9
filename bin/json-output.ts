/** What a command prints with `--json`. Its version goes up with a change that a program which reads it would have to follow. */
export interface JsonDocument {
  readonly version: number;
}

/** Prints the document of a command for programs, indented for people who look at it all the same. */
export function printJson<D extends JsonDocument>(document: D): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** The same as one line, of a command that goes on and may print more. */
export function printJsonLine<D extends JsonDocument>(document: D): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
