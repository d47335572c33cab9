// `npm run drills`: holds every drill on this machine, and records for the readers of runbooks how it went.
import { spawnSync } from 'node:child_process';

const situations = ['failover', 'replica-lag', 'connections', 'storage'];
const failed = situations.filter((situation) => {
  const args = ['bin/polystore.cjs', 'drill', situation, '--record', 'runbooks/drills.json'];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0;
});
console.log(`${situations.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
