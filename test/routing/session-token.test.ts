import fc from 'fast-check';
import type { WalPosition } from '../../lib/postgres';
import { markOf } from '../../lib/routing/read-mark';
import { EMPTY_TOKEN, mergeTokens, SEVERAL, type SessionToken } from '../../lib/routing/session-token';
import { SessionState } from '../../lib/routing/session-state';
import { decodeToken, encodeToken, type TokenCodec } from '../../lib/routing/token-codec';

const position: fc.Arbitrary<WalPosition> = fc.record({
  timeline: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  lsn: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});
const mapOf = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<ReadonlyMap<string, V>> =>
  fc
    .dictionary(fc.constantFrom('main', 'posts/s0', 'posts/s10', 'ünï/s'), value, { maxKeys: 4 })
    .map((entries) => new Map(Object.entries(entries)));
const token: fc.Arbitrary<SessionToken> = fc.record({
  positions: mapOf(position),
  readFrom: mapOf(fc.constantFrom('r1@a', 'r1@b', 'r2@a', SEVERAL)),
  mapVersions: mapOf(fc.integer({ min: 0, max: 2 ** 31 })),
});

const KEY = 'a key of more than thirty-two characters';
const OTHER_KEY = 'another key of more than thirty-two characters';
const plain: TokenCodec = { scope: 'blog/prod', keys: [] };
const signed: TokenCodec = { scope: 'blog/prod', keys: [KEY] };

/** Merging as it must not be: the last one wins. */
const lastWins: typeof mergeTokens = (one, other) => ({
  positions: new Map([...one.positions, ...other.positions]),
  readFrom: new Map([...one.readFrom, ...other.readFrom]),
  mapVersions: new Map([...one.mapVersions, ...other.mapVersions]),
});

const sameToken = (one: SessionToken, other: SessionToken): boolean =>
  encodeToken(one, plain) === encodeToken(other, plain);

const isSemilattice = (merge: typeof mergeTokens) =>
  fc.property(token, token, token, (a, b, c) => {
    return (
      sameToken(merge(a, b), merge(b, a)) &&
      sameToken(merge(a, merge(b, c)), merge(merge(a, b), c)) &&
      sameToken(merge(a, a), a) &&
      sameToken(merge(a, EMPTY_TOKEN), a)
    );
  });

describe('tokens', () => {
  it('form a join-semilattice', () => fc.assert(isSemilattice(mergeTokens)));

  it('would be found wrong if the last of two won', () => {
    expect(fc.check(isSemilattice(lastWins)).failed).toBe(true);
  });

  it('never go back, whatever a session sees', () =>
    fc.assert(
      fc.property(fc.array(position), fc.array(position), (seen, more) => {
        const session = new SessionState();
        for (const one of seen) session.raise('main', one);
        const before = session.token;
        for (const one of more) session.learn('main', one, performance.now());
        return sameToken(mergeTokens(before, session.token), session.token);
      }),
    ));

  it('are the same for a session that goes on as for one that has merged them', () =>
    fc.assert(
      fc.property(token, token, (one, other) => {
        const session = new SessionState(one);
        session.merge(other);
        return sameToken(session.token, mergeTokens(one, other)) && sameToken(new SessionState(one).token, one);
      }),
    ));

  it('forget a replica that has answered nothing', () => {
    const session = new SessionState();
    session.end('main', session.begin('main', 'r1@a'), 'failed');
    expect(session.token.readFrom.size).toBe(0);
  });

  it('stay with the primary after a write until the primary tells a position that was asked for behind it', () => {
    const session = new SessionState();
    const position = { timeline: 1, lsn: 9n };
    const write = session.begin('main', undefined);
    session.learn('main', { timeline: 1, lsn: 5n }, performance.now());
    expect(session.token.readFrom.get('main')).toBe(SEVERAL);
    const askedBeforeMs = performance.now();
    while (performance.now() === askedBeforeMs);
    session.end('main', write, 'seen');
    session.learn('main', { timeline: 1, lsn: 8n }, askedBeforeMs);
    expect(session.token.readFrom.get('main')).toBe(SEVERAL);
    session.learn('main', position, performance.now());
    expect(session.token).toEqual({ ...EMPTY_TOKEN, positions: new Map([['main', position]]) });
  });
});

describe('the text of a token', () => {
  it.each([
    ['unsigned', plain],
    ['signed', signed],
  ])('is read as what was written (%s)', (_name, codec) =>
    fc.assert(fc.property(token, (one) => sameToken(decodeToken(encodeToken(one, codec), codec), one))),
  );

  it('fits a cookie', () => {
    const one: SessionToken = {
      positions: new Map([['main', { timeline: 3, lsn: 0x3_9000_0060n }]]),
      readFrom: new Map(),
      mapVersions: new Map(),
    };
    expect(encodeToken(one, signed)).toMatch(/^[A-Za-z0-9_-]{40,56}$/);
    const read = { ...one, readFrom: new Map([['main', markOf('r1', 1_795_374_309_123)]]) };
    expect(encodeToken(read, signed)).toMatch(/^[A-Za-z0-9_-]{60,80}$/);
  });

  it('is one that routers of before can read where no replica was read from', () => {
    const version = (one: SessionToken) => (Buffer.from(encodeToken(one, signed), 'base64url')[0] ?? 0) & 0x7f;
    expect(version({ ...EMPTY_TOKEN, mapVersions: new Map([['posts', 3]]) })).toBe(1);
    expect(version({ ...EMPTY_TOKEN, readFrom: new Map([['main', SEVERAL]]) })).toBe(2);
  });

  const text = encodeToken({ ...EMPTY_TOKEN, positions: new Map([['main', { timeline: 1, lsn: 99n }]]) }, signed);

  it('is accepted with each key of a rotation, and signed with the first', () => {
    const rotated: TokenCodec = { ...signed, keys: [OTHER_KEY, KEY] };
    expect(decodeToken(text, rotated).positions.get('main')).toEqual({ timeline: 1, lsn: 99n });
    expect(() => decodeToken(encodeToken(EMPTY_TOKEN, rotated), signed)).toThrow(refused('signature'));
  });

  const refused = (reason: string) => expect.objectContaining({ code: 'TOKEN_INVALID', details: { reason } });

  it.each<[string, string, TokenCodec, string]>([
    ['signed with another key', text, { ...signed, keys: [OTHER_KEY] }, 'signature'],
    ['of another stage', text, { ...signed, scope: 'blog/dev' }, 'foreign'],
    ['of another stage, not signed', encodeToken(EMPTY_TOKEN, plain), { ...plain, scope: 'blog/dev' }, 'foreign'],
    ['not signed where a key is set', encodeToken(EMPTY_TOKEN, plain), signed, 'unsigned'],
    ['signed where no key is set', text, plain, 'signature'],
    ['empty', '', signed, 'malformed'],
    ['not base64url', 'a token!', signed, 'malformed'],
    ['of another version', `B${text.slice(1)}`, signed, 'malformed'],
    ['cut', encodeToken(EMPTY_TOKEN, plain).slice(0, 8), plain, 'malformed'],
    ['longer than a token', `${encodeToken(EMPTY_TOKEN, plain)}AAAA`, plain, 'malformed'],
    ['no text', undefined as unknown as string, signed, 'malformed'],
  ])('is refused when it is %s', (_name, one, codec, reason) => {
    expect(() => decodeToken(one, codec)).toThrow(refused(reason));
  });

  it('is refused when any of its bits was changed', () => {
    const bytes = Buffer.from(text, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodeToken(forged.toString('base64url'), signed)).toThrow(
        expect.objectContaining({ code: 'TOKEN_INVALID' }),
      );
    }
  });

  it('never crashes whoever reads it', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeToken(Buffer.from([1, ...bytes]).toString('base64url'), plain);
          return true;
        } catch (error) {
          return (error as { code?: string }).code === 'TOKEN_INVALID';
        }
      }),
    ));

  it('does not stand in the error', () => {
    const forged = text.slice(0, -2) + (text.endsWith('AA') ? 'BB' : 'AA');
    let error: unknown;
    try {
      decodeToken(forged, signed);
    } catch (caught) {
      error = caught;
    }
    const said = JSON.stringify(error) + String((error as Error).message);
    expect(said).not.toContain(forged);
    expect(said).not.toContain(KEY);
  });
});
