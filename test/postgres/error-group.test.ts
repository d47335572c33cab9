import { errorCodeOf, errorGroupOf, WRONG_SHARD, type ErrorGroup } from '../../lib/postgres';

const withCode = (code: string): Error => Object.assign(new Error('refused'), { code });

describe('the group of an error', () => {
  it.each<[string, ErrorGroup]>([
    ['08000', 'unavailable'],
    ['08001', 'unavailable'],
    ['08003', 'unavailable'],
    ['08004', 'unavailable'],
    ['08006', 'unavailable'],
    ['08007', 'unknownOutcome'],
    ['25006', 'readOnly'],
    ['28000', 'authentication'],
    ['28P01', 'authentication'],
    ['40001', 'serialization'],
    ['40003', 'unknownOutcome'],
    ['40P01', 'serialization'],
    ['42501', 'privilege'],
    ['53100', 'diskFull'],
    ['53300', 'tooManyConnections'],
    ['57014', 'cancelled'],
    ['57P01', 'unavailable'],
    ['57P02', 'unavailable'],
    ['57P03', 'unavailable'],
    [WRONG_SHARD, 'wrongShard'],
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['EPIPE', 'unavailable'],
    ['ETIMEDOUT', 'unavailable'],
    ['ENOTFOUND', 'unavailable'],
    ['EAI_AGAIN', 'unavailable'],
    ['EHOSTUNREACH', 'unavailable'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
    ['CERT_HAS_EXPIRED', 'untrusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'untrusted'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'other'],
    ['23505', 'other'],
    ['XX000', 'other'],
    ['ENOENT', 'other'],
  ])('of code %s is %s', (code, group) => {
    expect(errorGroupOf(withCode(code))).toBe(group);
    expect(errorCodeOf(withCode(code))).toBe(code);
  });

  it.each<[string, ErrorGroup]>([
    ['Connection terminated', 'unavailable'],
    ['Connection terminated unexpectedly', 'unavailable'],
    ['Connection terminated due to connection timeout', 'unavailable'],
    ['Client has encountered a connection error and is not queryable', 'unavailable'],
    ['Client was closed and is not queryable', 'unavailable'],
    ['timeout expired', 'unavailable'],
    ['Query read timeout', 'unavailable'],
    ['Cannot use a pool after calling end on the pool', 'unavailable'],
    ['timeout exceeded when trying to connect', 'poolExhausted'],
    ['something else', 'other'],
  ])('of the message "%s" is %s', (message, group) => {
    expect(errorGroupOf(new Error(message))).toBe(group);
    expect(errorCodeOf(new Error(message))).toBe(message);
  });

  it('of a name with several addresses is that of the first', () => {
    const all = new AggregateError([withCode('ECONNREFUSED'), withCode('EACCES')], 'all failed');
    expect([errorGroupOf(all), errorCodeOf(all)]).toEqual(['unavailable', 'ECONNREFUSED']);
    expect(errorGroupOf(new AggregateError([], 'none'))).toBe('other');
  });

  it.each([undefined, null, 'text', 42, {}])('of %p is other', (value) => expect(errorGroupOf(value)).toBe('other'));
});
