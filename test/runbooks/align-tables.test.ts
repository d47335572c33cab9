import { allRunbooks, renderRunbook } from '../../lib/runbooks';
import { alignTables } from '../../lib/runbooks/align-tables';
import { blogTier } from '../support/blog-tier';

const lines = (...text: readonly string[]): string => text.join('\n');

it('pads every cell to its column, and keeps indents, alignment and escaped pipes', () => {
  const table = lines('before', '  | a | store |', '  | - | ---: |', '  | `x \\| y` | – |', '  | one |', 'after');
  expect(alignTables(table)).toBe(
    lines(
      'before',
      '  | a        | store |',
      '  | -------- | ----: |',
      '  | `x \\| y` | –     |',
      '  | one      |       |',
      'after',
    ),
  );
});

it('leaves alone what is no table, or stands in a block of code', () => {
  const text = lines('| no | table |', '', '```sh', '| a | b |', '| - | - |', '| longer | b |', '```');
  expect(alignTables(text)).toBe(text);
});

it('has every table of every runbook aligned, with the names of a tier in it', () => {
  const tier = blogTier('prod');
  const fitting = allRunbooks().filter(({ kinds }) => kinds.length === 0 || kinds.includes('postgres'));
  const ragged = fitting.flatMap((runbook) =>
    tablesOf(renderRunbook(runbook, tier)).filter((rows) => new Set(rows.map(edgesOf)).size > 1),
  );
  expect(ragged).toEqual([]);
  expect(fitting.flatMap((runbook) => tablesOf(renderRunbook(runbook, tier))).length).toBeGreaterThan(20);
});

const tablesOf = (text: string): readonly (readonly string[])[] =>
  text
    .split(/\n(?! *\|)/)
    .map((block) => block.split('\n').filter((line) => /^ *\|/.test(line)))
    .filter((rows) => rows.length > 1);

/** Where the columns of a row end. */
const edgesOf = (row: string): string => [...row.matchAll(/(?<!\\)\|/g)].map(({ index }) => index).join();
