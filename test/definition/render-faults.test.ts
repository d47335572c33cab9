import { renderFaults } from '../../lib/definition/faults/render';

describe('renderFaults', () => {
  test('says where, what and how many', () => {
    const fault = {
      path: 'stores.payments.replica',
      message: 'unknown option, did you mean "replicas"? (integer 0–15)',
      location: { file: 'tier.config.ts', line: 9, column: 33 },
    };
    expect(renderFaults([fault])).toBe(
      [
        'tier.config.ts:9:33 stores.payments.replica',
        '  unknown option, did you mean "replicas"? (integer 0–15)',
        '1 fault. Nothing synthesized.',
      ].join('\n'),
    );
  });

  test('names only the path where no place is known, and the tier where there is no path', () => {
    const faults = [
      { path: 'name', message: 'first line\nsecond line' },
      { path: '', message: 'got null' },
    ];
    expect(renderFaults(faults)).toBe(
      ['name', '  first line', '  second line', 'the tier', '  got null', '2 faults. Nothing synthesized.'].join('\n'),
    );
  });
});
