import { nearestName, suggestion } from '../../lib/definition/faults/nearest-name';

describe('nearestName', () => {
  test.each([
    ['replica', ['replicas', 'storage'], 'replicas'],
    ['Replicas', ['replicas'], 'replicas'],
    ['maxconnections', ['maxConnections'], 'maxConnections'],
    ['mian', ['main', 'posts'], 'main'],
    ['x', ['main'], undefined],
    ['payments', ['main', 'posts'], undefined],
    ['main', [], undefined],
    ['', ['main'], undefined],
  ])('of %j among %j is %j', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});

describe('suggestion', () => {
  test('lists what is known where nothing is near', () => {
    expect(suggestion('mian', ['main'])).toBe('did you mean "main"?');
    expect(suggestion('payments', ['main', 'posts'])).toBe('allowed: main, posts');
    expect(suggestion('payments', [])).toBe('none is allowed here');
  });
});
