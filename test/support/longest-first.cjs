const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest, in this order: begun last, one of them would keep one core busy and leave the others idle. */
const LONGEST = [
  'packages/packages',
  'smoke/broken-promises',
  'bin/polystore',
  'stacks/validation',
  'stacks/removal',
  'drills/drills',
  'bin/drill',
  'local/restart',
  'local/start-faults',
  'local/supervisor-death',
  'routing/faults',
  'lambda/handlers',
  'bin/guard',
  'bin/json-output',
  'guard/examples',
  'routing/connection-profiles',
  'routing/killed-servers',
  'routing/strategies',
  'local/run-as',
  'smoke/healthy-tier',
].map((suite) => join(__dirname, '..', `${suite}.test.ts`));

for (const path of LONGEST)
  if (!existsSync(path)) throw new Error(`longest-first.cjs names ${path}, which there is not`);

const rankOf = ({ path }) => {
  const rank = LONGEST.indexOf(path);
  return rank === -1 ? LONGEST.length : rank;
};

/** The longest first, by a list: what earlier runs took is not known in a fresh clone. The others as Jest orders them. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => rankOf(one) - rankOf(other));
  }
};
