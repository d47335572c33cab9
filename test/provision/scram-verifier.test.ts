import { isPortablePassword, scramVerifier } from '../../lib/provision/scram-verifier';

describe('scramVerifier', () => {
  it('is what PostgreSQL stores: the example of RFC 7677', () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    expect(scramVerifier('pencil', salt)).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('never salts two verifiers of one password alike', () => {
    expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
  });

  it('does not hold the password', () => {
    expect(scramVerifier('correct horse')).not.toContain('correct horse');
  });
});

describe('isPortablePassword', () => {
  it.each(['pencil', 'a b', '~!"\'\\'])('takes printable ASCII: %s', (password) => {
    expect(isPortablePassword(password)).toBe(true);
  });

  it.each(['', 'påske', 'a\tb', 'a\u00a0b'])('refuses what clients read differently: %j', (password) => {
    expect(isPortablePassword(password)).toBe(false);
  });
});
