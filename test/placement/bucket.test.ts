import fc from 'fast-check';
import { bucketOf, bucketSql, BUCKET_COUNT, hash, type ShardKeyType, type ShardKeyValue } from '../../lib/placement';
import { isPolystoreError } from '../../lib/errors';
import { FROZEN_BUCKETS } from '../support/frozen-buckets';

const bucket = (keyType: ShardKeyType, key: ShardKeyValue) => bucketOf(hash(), keyType, key);

describe('bucketOf', () => {
  it.each(FROZEN_BUCKETS)('keeps the frozen bucket of %s %p', (keyType, key, expected) => {
    expect(bucket(keyType, key)).toBe(expected);
  });

  it('gives every key of every type exactly one bucket of the 4096', () => {
    const keys = fc.oneof(
      fc.tuple(fc.constant('bigint' as const), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      fc.tuple(fc.constant('bigint' as const), fc.maxSafeInteger()),
      fc.tuple(
        fc.constant('text' as const),
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      ),
      fc.tuple(fc.constant('uuid' as const), fc.uuid()),
    );
    fc.assert(
      fc.property(keys, ([keyType, key]) => {
        const found = bucket(keyType, key);
        expect(Number.isInteger(found) && found >= 0 && found < BUCKET_COUNT).toBe(true);
        expect(bucket(keyType, key)).toBe(found);
      }),
    );
  });

  it('gives a bigint key one bucket whether it comes as number, bigint or the string that pg reads', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (key) => {
        expect(bucket('bigint', BigInt(key))).toBe(bucket('bigint', key));
        expect(bucket('bigint', String(BigInt(key)))).toBe(bucket('bigint', key));
      }),
    );
  });

  it('gives a uuid one bucket whatever its case', () => {
    fc.assert(fc.property(fc.uuid(), (key) => expect(bucket('uuid', key.toUpperCase())).toBe(bucket('uuid', key))));
  });

  it.each([
    ['bigint', Number.NaN, 'the number NaN'],
    ['bigint', 1.5, 'the number 1.5'],
    ['bigint', 2 ** 53, 'the number 9007199254740992'],
    ['bigint', 2n ** 63n, 'the bigint 9223372036854775808'],
    ['bigint', '9223372036854775808', 'the string "9223372036854775808"'],
    ['bigint', '042', 'the string "042"'],
    ['bigint', '', 'the string ""'],
    ['text', 42, 'the number 42'],
    ['text', 'a\0b', 'the string "a\\u0000b"'],
    ['text', 'lone \ud800 surrogate', 'the string "lone \\ud800 surrogate"'],
    ['uuid', '123e4567e89b12d3a456426614174000', 'the string "123e4567e89b12d3a456426614174000"'],
  ] as const)('fails on a %s key %p, saying what it got', (keyType, key, got) => {
    expect(() => bucket(keyType, key)).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID', details: { expected: keyType, got } }),
    );
  });

  it('cuts a long key in its message, since a key may be personal data', () => {
    let caught: unknown;
    try {
      bucket('uuid', 'x'.repeat(500));
    } catch (error) {
      caught = error;
    }
    expect(isPolystoreError(caught, 'KEY_INVALID') && caught.message).toBe(
      `shard key: got the string "${'x'.repeat(40)}"… of 500 characters, allowed is a string like 123e4567-e89b-12d3-a456-426614174000`,
    );
  });
});

describe('bucketSql', () => {
  it('is a built-in function of the key in its own type', () => {
    expect(bucketSql(hash(), 'bigint', 'user_id')).toBe('(hashint8extended((user_id)::bigint, 0) & 4095)::integer');
    expect(bucketSql(hash(), 'text', '$1')).toBe('(hashtextextended(($1)::text COLLATE "C", 0) & 4095)::integer');
    expect(bucketSql(hash(), 'uuid', 'id')).toBe('(uuid_hash_extended((id)::uuid, 0) & 4095)::integer');
  });
});
