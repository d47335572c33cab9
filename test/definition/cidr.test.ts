import fc from 'fast-check';
import { formatIpv4Block, isPrivate, networkOf, parseIpv4Block } from '../../lib/definition/network/cidr';

const block = fc.record({ address: fc.nat({ max: 2 ** 32 - 1 }), prefix: fc.nat({ max: 32 }) });

describe('an IPv4 block', () => {
  test('is written as it was read', () => {
    fc.assert(fc.property(block, (each) => expect(parseIpv4Block(formatIpv4Block(each))).toEqual(each)));
  });

  test.each(['', '10.0.0.0', '10.0.0/16', '10.0.0.0/33', '256.0.0.0/8', '10.0.0.0/16 ', 'a.b.c.d/8', '10.0.0.0/-1'])(
    'is not what "%s" means',
    (text) => {
      expect(parseIpv4Block(text)).toBeUndefined();
    },
  );

  test('has a network that starts at or before it, and that is its own network', () => {
    fc.assert(
      fc.property(block, (each) => {
        const network = networkOf(each);
        expect(network.address).toBeLessThanOrEqual(each.address);
        expect(each.address - network.address).toBeLessThan(2 ** (32 - each.prefix));
        expect(networkOf(network)).toEqual(network);
      }),
    );
  });

  test.each([
    ['10.255.0.0/16', true],
    ['10.0.0.0/7', false],
    ['172.16.0.0/12', true],
    ['172.15.0.0/16', false],
    ['192.168.1.0/24', true],
    ['192.169.0.0/16', false],
    ['0.0.0.0/0', false],
  ])('%s is private: %s', (text, expected) => {
    const read = parseIpv4Block(text);
    expect(read && isPrivate(read)).toBe(expected);
  });
});
