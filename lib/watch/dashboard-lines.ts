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
  /** By which each is known. */
  readonly dimension: string;
  readonly stat: string;
  /** What a line of many shows of them. */
  readonly combine: 'MAX' | 'MIN';
  readonly period: number;
}

/** Lines that can be told apart. */
const LINES_MAX = 12;
/** Things that one line gathers, and characters of one search. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
const GATHERED_MAX = 20;
const SEARCH_LENGTH_MAX = 1024;

/** A line a thing, or, where these are too many, a line for each ten shards or so: the most or the least of them. */
export function linesOf(drawn: Drawn, identifiers: readonly string[]): readonly MetricLine[] {
  const short = shortened(identifiers);
  const { namespace, metric, dimension, stat } = drawn;
  if (identifiers.length <= LINES_MAX) {
    return identifiers.map((identifier, index) => [
      namespace,
      metric,
      dimension,
      identifier,
      { id: `m${index}`, stat, label: short(identifier) },
    ]);
  }
  return groupsOf(drawn, identifiers).map((group, index) => [
    {
      id: `m${index}`,
      expression: `${drawn.combine}(${searchFor(drawn, group)})`,
      label: `${short(group[0] ?? '')} … ${short(group.at(-1) ?? '')}`,
    },
  ]);
}

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

/** One line of all of them, called `all`; the others are there for it and not seen. */
export function busiest(lines: readonly MetricLine[], combine: Drawn['combine'], label: string): readonly MetricLine[] {
  const optionsOf = (line: MetricLine): LineOptions => line[line.length - 1] as LineOptions;
  const ids = lines.map((line) => optionsOf(line).id ?? '');
  return [
    ...lines.map((line) => [...line.slice(0, -1), { ...optionsOf(line), visible: false }]),
    [{ id: 'all', expression: ids.length === 1 ? (ids[0] ?? '') : `${combine}([${ids.join(', ')}])`, label }],
  ];
}

/** Names exactly, so that no store is found by the name of another. */
const searchFor = ({ namespace, metric, dimension, stat, period }: Drawn, group: readonly string[]): string =>
  `SEARCH('{${namespace},${dimension}} MetricName="${metric}" ${dimension}=(${group.map((name) => `"${name}"`).join(' OR ')})', '${stat}', ${period})`;

function groupsOf(drawn: Drawn, identifiers: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const identifier of identifiers) {
    const last = groups.at(-1);
    const fits =
      last !== undefined &&
      last.length < GATHERED_MAX &&
      searchFor(drawn, [...last, identifier]).length <= SEARCH_LENGTH_MAX;
    if (fits) last.push(identifier);
    else groups.push([identifier]);
  }
  return groups;
}
