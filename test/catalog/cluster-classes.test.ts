import {
  documentDbHour,
  isDocumentDbClass,
  isNeptuneClass,
  neptuneHour,
  NEPTUNE_VERSIONS,
  UNKNOWN_PRICE,
} from '../../lib/catalog';

test('DocumentDB and Neptune offer some classes alike, and each some that the other has not', () => {
  expect(isDocumentDbClass('r8g.large') && isNeptuneClass('r8g.large')).toBe(true);
  expect(isNeptuneClass('x2g.large')).toBe(true);
  expect(isDocumentDbClass('x2g.large')).toBe(false);
  expect(isDocumentDbClass('t4g.micro') || isNeptuneClass('t4g.micro')).toBe(false);
  expect(isNeptuneClass('db.r8g.large') || isDocumentDbClass('constructor')).toBe(false);
});

test('an hour of a class costs what a list says, and is unknown where none does', () => {
  expect(neptuneHour('r6g.large')).toMatchObject({ usd: 0.3287, unit: 'instance-hour' });
  expect(documentDbHour('t3.medium')).toMatchObject({ usd: 0.078 });
  expect(documentDbHour('r8g.large')).toEqual({ usd: UNKNOWN_PRICE, unit: 'instance-hour' });
});

test('versions of Neptune have four numbers, the oldest first', () => {
  const numbers = NEPTUNE_VERSIONS.map((version) => version.split('.').map(Number));
  expect(numbers.every((version) => version.length === 4)).toBe(true);
  const inOrder = [...NEPTUNE_VERSIONS].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  expect(inOrder).toEqual([...NEPTUNE_VERSIONS]);
});
