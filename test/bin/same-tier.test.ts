import { forSameTier, synthesisOf } from '../../bin/same-tier';

const FIRST = { tier: 'tier.config.ts' };
const SHOP = { tier: 'tiers/shop.config.ts', stage: 'prod' };

describe('commands that a text says to run', () => {
  it('stay as they are for the default tier file and stage', () => {
    expect(forSameTier('next   npx polystore status · npx polystore smoke', FIRST)).toBe(
      'next   npx polystore status · npx polystore smoke',
    );
    expect(synthesisOf(FIRST)).toBe('npx cdk synth');
  });

  it('are for the tier file and the stage that the command before them had', () => {
    expect(forSameTier('next   npx polystore status · npx polystore down', SHOP)).toBe(
      'next   npx polystore status --tier tiers/shop.config.ts --stage prod · npx polystore down --tier tiers/shop.config.ts --stage prod',
    );
    expect(synthesisOf(SHOP)).toBe('npx cdk synth -c tier=tiers/shop.config.ts -c stage=prod');
  });

  it('keep the argument that they need before the options, and the words behind them', () => {
    const stage = { ...FIRST, stage: 'prod' };
    expect(forSameTier('npx polystore runbook replica-lag', stage)).toBe(
      'npx polystore runbook replica-lag --stage prod',
    );
    expect(forSameTier('`npx polystore runbook` lists them', stage)).toBe(
      '`npx polystore runbook --stage prod` lists them',
    );
    expect(forSameTier('npx polystore placement assign <key> --store s', stage)).toBe(
      'npx polystore placement assign --stage prod <key> --store s',
    );
    expect(forSameTier('npx polystore down, then up starts every server again', stage)).toBe(
      'npx polystore down --stage prod, then up starts every server again',
    );
  });

  it('can be pasted where the name of the file has a blank or a quote', () => {
    expect(forSameTier('npx polystore up', { tier: "my tier's.ts" })).toBe(
      `npx polystore up --tier 'my tier'\\''s.ts'`,
    );
  });
});
