/** Options of a line. */
export interface LineOptions {
  readonly id?: string;
  readonly stat?: string;
  readonly label?: string;
  readonly expression?: string;
  readonly period?: number;
  readonly visible?: boolean;
}

/** A line of a widget as CloudWatch takes it: namespace, metric, dimensions by name and value, options; or options with an expression alone. */
export type MetricLine = readonly (string | LineOptions)[];

/** What is drawn of several things alike. */
export interface Drawn {
  readonly namespace: string;
  readonly metric: string;
  readonly stat: string;
  /** What a line of many shows of them. */
  readonly combine: 'MAX' | 'MIN';
  readonly period: number;
  /** Before the ids of its lines, where a widget has lines of more than one metric. @default 'm' */
  readonly ids?: string;
}

/** One thing that has a metric. All that are drawn together have dimensions of the same names. */
export interface Thing {
  /** As people call it. */
  readonly identifier: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Dimensions whose values AWS makes up, and how many things are found by them: a line each. @default - all are known, and it is one */
  readonly found?: { readonly by: readonly string[]; readonly count: number };
}

/** Lines that can be told apart. */
export const LINES_MAX = 12;
/** Things that one line gathers, and characters of one search. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
const GATHERED_MAX = 20;
const SEARCH_LENGTH_MAX = 1024;

/** A line a thing, or, where these are too many, a line for each ten or twenty: the most or the least of them. */
export function linesOf(drawn: Drawn, things: readonly Thing[]): readonly MetricLine[] {
  const short = shortened(things.map(({ identifier }) => identifier));
  const { namespace, metric, stat, ids = 'm' } = drawn;
  if (things.some(({ found }) => found !== undefined)) {
    return things.map((thing, index) => [
      { id: `${ids}${index}`, expression: searchFor(drawn, [thing]), label: foundLabel(thing) },
    ]);
  }
  if (things.length <= LINES_MAX) {
    return things.map(({ identifier, dimensions }, index) => [
      namespace,
      metric,
      ...Object.entries(dimensions).flat(),
      { id: `${ids}${index}`, stat, label: short(identifier) },
    ]);
  }
  return groupsOf(drawn, things).map((group, index) => [
    {
      id: `${ids}${index}`,
      expression: `${drawn.combine}(${searchFor(drawn, group)})`,
      label: `${short(group[0]?.identifier ?? '')} … ${short(group.at(-1)?.identifier ?? '')}`,
    },
  ]);
}

/** CloudWatch fills it in. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html (PROP) */
const foundLabel = ({ found }: Thing): string => `\${PROP('Dim.${found?.by.at(-1) ?? ''}')}`;

/** Metrics that CloudWatch fetches for things: each counts, whether it has a line of its own or not. */
export const metricsOf = (things: readonly Thing[]): number =>
  things.reduce((sum, { found }) => sum + (found?.count ?? 1), 0);

/** Names without the words that all of them begin with: `s0-a` for `blog-prod-posts-s0-a`. */
function shortened(identifiers: readonly string[]): (identifier: string) => string {
  const words = identifiers.map((identifier) => identifier.split('-'));
  const [first = []] = words;
  const differs = first.findIndex((word, index) =>
    words.some((other) => other[index] !== word || other.length === index + 1),
  );
  return (identifier) =>
    words.length < 2 || differs < 0 ? identifier : identifier.split('-').slice(differs).join('-');
}

/** One line of all of them, called `all`, or as its lines are; the others are there for it and not seen. */
export function busiest(lines: readonly MetricLine[], combine: Drawn['combine'], label: string): readonly MetricLine[] {
  const ids = lines.map((line) => optionsOf(line).id ?? '');
  const whole = `all${(ids[0] ?? 'm0').replace(/^m|\d+$/g, '')}`;
  const found = lines.length === 1 && optionsOf(lines[0] ?? []).expression?.startsWith('SEARCH');
  const [only = ''] = ids;
  const expression = found ? `${combine}(${only})` : ids.length === 1 ? only : `${combine}([${ids.join(', ')}])`;
  return [...lines.map(hidden), [{ id: whole, expression, label }]];
}

const optionsOf = (line: MetricLine): LineOptions => (line.at(-1) ?? {}) as LineOptions;

/** A line that is there for others. */
export const hidden = (line: MetricLine): MetricLine => [...line.slice(0, -1), { ...optionsOf(line), visible: false }];

/** Names exactly, so that no store is found by the name of another. */
function searchFor({ namespace, metric, stat, period }: Drawn, group: readonly Thing[]): string {
  const [first] = group;
  const names = Object.keys(first?.dimensions ?? {});
  const terms = names.map((name) => {
    const values = [...new Set(group.map(({ dimensions }) => `"${dimensions[name] ?? ''}"`))];
    return `${name}=${values.length === 1 ? (values[0] ?? '') : `(${values.join(' OR ')})`}`;
  });
  const schema = [namespace, ...names, ...(first?.found?.by ?? [])].join(',');
  return `SEARCH('{${schema}} MetricName="${metric}" ${terms.join(' ')}', '${stat}', ${period})`;
}

function groupsOf(drawn: Drawn, things: readonly Thing[]): readonly (readonly Thing[])[] {
  const groups: Thing[][] = [];
  for (const thing of things) {
    const last = groups.at(-1);
    const fits =
      last !== undefined &&
      last.length < GATHERED_MAX &&
      searchFor(drawn, [...last, thing]).length <= SEARCH_LENGTH_MAX;
    if (fits) last.push(thing);
    else groups.push([thing]);
  }
  return groups;
}
