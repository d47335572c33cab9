import type { Diagnosis, Verdict } from './diagnosis';

/** Colours text; a caller whose output is no terminal passes one that leaves it alone. */
export interface Painter {
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly red: (text: string) => string;
}

const MARKS: Readonly<Record<Verdict, { readonly mark: string; readonly colour: keyof Painter }>> = {
  good: { mark: '✓', colour: 'green' },
  warning: { mark: '!', colour: 'yellow' },
  bad: { mark: '✗', colour: 'red' },
  unknown: { mark: '?', colour: 'red' },
};

/** A line a diagnosis, what to do below it, and the counts as the last line. */
export function renderDiagnoses(diagnoses: readonly Diagnosis[], painter: Painter): string {
  const width = Math.max(...diagnoses.map(({ subject }) => subject.length));
  const lines = diagnoses.flatMap(({ subject, verdict, says, next }) => {
    const { mark, colour } = MARKS[verdict];
    const line = `${painter[colour](mark)} ${subject.padEnd(width)}  ${says}`;
    return next === undefined ? [line] : [line, `  ${' '.repeat(width)}  next: ${next}`];
  });
  const counts = (Object.keys(MARKS) as Verdict[]).map(
    (verdict) => `${diagnoses.filter((diagnosis) => diagnosis.verdict === verdict).length} ${verdict}`,
  );
  return [...lines, counts.join(', '), ''].join('\n');
}
