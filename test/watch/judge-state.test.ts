import fc from 'fast-check';
import { judgeState, type AlarmState, type Judgement, type StateRule } from '../../lib/watch';

const JUDGEMENTS: Readonly<Record<string, Judgement>> = { '0': 'within', X: 'breaching', '-': 'missing' };
const read = (points: string): Judgement[] => points.split(' ').map((point) => JUDGEMENTS[point] as Judgement);
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

/**
 * AWS's tables of "How alarm state is evaluated when data is missing": N is 3, and 5 data points are retrieved. `retain`: the state that the alarm
 * was in. Columns as in {@link TREATMENTS}. The rows are those of the editions of 2018 and 2019 that are named below, but for three that these do not
 * have: `- - X - -` and `- - - - 0` where 3 count, `- - - X -` where 2 do. They follow from the rule on alarms before their time that the page gives.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 * @see https://github.com/awsdocs/amazon-cloudwatch-user-guide (AlarmThatSendsEmail.md, 05fd32f and cd4004c)
 */
const AWS_TABLES = {
  3: `
    0 - X - X | OK       | OK     | OK    | OK
    0 - - - - | OK       | OK     | OK    | OK
    - - - - 0 | OK       | OK     | OK    | OK
    - - - - - | unknown  | retain | ALARM | OK
    0 X X - X | ALARM    | ALARM  | ALARM | ALARM
    - - - - X | unknown  | retain | ALARM | OK
    - - X - - | ALARM    | retain | ALARM | OK
    X - - - - | ALARM    | retain | ALARM | OK`,
  2: `
    0 - X - X | ALARM    | ALARM  | ALARM | ALARM
    0 0 X 0 X | ALARM    | ALARM  | ALARM | ALARM
    0 - X - - | OK       | OK     | ALARM | OK
    - - - - 0 | OK       | OK     | ALARM | OK
    - - - - X | unknown  | retain | ALARM | OK
    - - - X - | ALARM    | retain | ALARM | OK`,
} as const;

const ROWS = Object.entries(AWS_TABLES).flatMap(([needed, table]) =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([points = '', ...states]) => ({ needed: Number(needed), points, states })),
);

test.each(ROWS)('AWS’s row "$points" with $needed of 3', ({ needed, points, states }) => {
  for (const [index, missing] of TREATMENTS.entries()) {
    for (const before of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] satisfies AlarmState[]) {
      const state = judgeState(read(points), { datapoints: [needed, 3], missing }, before);
      const expected = { retain: before, unknown: 'INSUFFICIENT_DATA' }[states[index] ?? ''] ?? states[index];
      expect([missing, state]).toEqual([missing, expected]);
    }
  }
});

const anyRule = fc
  .record({
    of: fc.integer({ min: 1, max: 8 }),
    missing: fc.constantFrom(...TREATMENTS),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ of, missing, share }): StateRule => ({ datapoints: [Math.max(1, Math.ceil(share * of)), of], missing }));
const anyPoint = fc.constantFrom<Judgement>('within', 'breaching', 'missing');

test('where nothing is missing, the last N alone count, and how missing data is treated does not', () => {
  const periods = fc.array(fc.constantFrom<Judgement>('within', 'breaching'), { minLength: 10, maxLength: 20 });
  fc.assert(
    fc.property(periods, anyRule, (points, rule) => {
      const [needed, of] = rule.datapoints;
      const breaching = points.slice(-of).filter((point) => point === 'breaching').length;
      expect(judgeState(points, rule, 'INSUFFICIENT_DATA')).toBe(breaching >= needed ? 'ALARM' : 'OK');
    }),
  );
});

test('what is older than the range never counts', () => {
  fc.assert(
    fc.property(
      fc.array(anyPoint, { maxLength: 10 }),
      fc.array(anyPoint, { minLength: 10, maxLength: 10 }),
      anyRule,
      (old, points, rule) => {
        expect(judgeState([...old, ...points], rule, 'OK')).toBe(judgeState(points, rule, 'OK'));
      },
    ),
  );
});

test('one breach more never calms an alarm, and silence as trouble is never calmer than silence as health', () => {
  const states: readonly AlarmState[] = ['OK', 'INSUFFICIENT_DATA', 'ALARM'];
  fc.assert(
    fc.property(fc.array(anyPoint, { minLength: 10, maxLength: 10 }), fc.nat(9), anyRule, (points, index, rule) => {
      const judge = (of: readonly Judgement[], missing = rule.missing): number =>
        states.indexOf(judgeState(of, { ...rule, missing }, 'OK'));
      fc.pre(points[index] === 'within' && rule.missing !== 'ignore');
      expect(judge(points.with(index, 'breaching'))).toBeGreaterThanOrEqual(judge(points));
      expect(judge(points, 'breaching')).toBeGreaterThanOrEqual(judge(points, 'notBreaching'));
    }),
  );
});
