import { keepingLast } from '../../bin/commands/status';
import { STATUS_VERSION, type TierStatus } from '../../lib/status';

const seen: TierStatus = {
  version: STATUS_VERSION,
  tier: 'blog',
  stage: 'prod',
  world: 'aws',
  at: '2026-01-31T10:20:30.000Z',
  servers: [],
  alarms: [],
  unknown: [],
};

/** Looks that find, one after the other, what is given; an error is how a look ends. */
const looks = (...found: readonly (TierStatus | Error)[]) => {
  const left = [...found];
  return keepingLast(async () => {
    const next = left.shift();
    if (next === undefined || next instanceof Error) throw next;
    return next;
  });
};
const lost = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });

it('shows what was seen last, with its time and why, until AWS answers again', async () => {
  const later = { ...seen, at: '2026-01-31T10:21:00.000Z' };
  const look = looks(seen, lost, later);
  expect(await look()).toBe(seen);
  expect(await look()).toEqual({ ...seen, unknown: ['everything since then: getaddrinfo ENOTFOUND'] });
  expect(await look()).toBe(later);
});

it('fails where there is nothing to show yet', async () => {
  await expect(looks(lost, seen)()).rejects.toBe(lost);
});
