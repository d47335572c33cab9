import {
  INSTANCE_CLASSES,
  isInstanceClass,
  maxConnectionsCeilingFor,
  maxConnectionsFor,
  type InstanceClass,
} from '../../lib/catalog';

const classes = Object.keys(INSTANCE_CLASSES) as InstanceClass[];

describe('maxConnectionsFor', () => {
  test('stays below what AWS documents for a class with 15.25 GiB', () => {
    // 16 GiB against 15.25 GiB: the documented 1600 scales to 1678.
    expect(maxConnectionsFor('r8g.large')).toBe(1532);
    expect(maxConnectionsFor('r8g.large')).toBeLessThan(1600);
  });

  test('grows with memory and stops at the cap of the default formula', () => {
    expect(maxConnectionsFor('t4g.micro')).toBe(95);
    expect(maxConnectionsFor('t4g.medium')).toBe(383);
    expect(maxConnectionsFor('r8g.48xlarge')).toBe(5000);
  });

  test('never exceeds what the class can hold', () => {
    for (const name of classes) {
      expect(maxConnectionsFor(name)).toBeLessThanOrEqual(maxConnectionsCeilingFor(name));
      expect(maxConnectionsFor(name)).toBeGreaterThanOrEqual(90);
    }
  });

  test('has a ceiling that is the formula on nominal memory', () => {
    expect(maxConnectionsCeilingFor('t4g.micro')).toBe(112);
    expect(maxConnectionsCeilingFor('r8g.48xlarge')).toBe(173_035);
    expect(maxConnectionsCeilingFor('x2iedn.32xlarge')).toBe(262_143);
  });
});

describe('isInstanceClass', () => {
  test('knows classes and nothing that every object has', () => {
    expect(isInstanceClass('t4g.micro')).toBe(true);
    expect(isInstanceClass('db.t4g.micro')).toBe(false);
    expect(isInstanceClass('constructor')).toBe(false);
  });
});
