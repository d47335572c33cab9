'use strict';
/**
 * Stops the servers of a tier when nobody else can any more. Plain JavaScript, no dependency, no tool of one system only: it starts in 40 ms.
 *
 *   node watchdog-process.cjs guard <data directory> <run>   the supervisor has died, by whatever means: stops the run's servers. What it said until
 *                                                    then, on standard input, a line each:
 *                                                      starting <store>/<server>   its process may exist from now on
 *                                                      ended <store>/<server>      it exists no more
 *                                                      working <pid>               a process that copies or prepares data
 *   node watchdog-process.cjs sweep <data directory>         stops the servers of the directory, of whatever run, and prints how many there were
 *
 * A process is stopped only if a data directory's postmaster.pid or engine.pid names it and its command line names that directory and run
 * (engine.pid names the run itself): a process that merely got a dead server's id never is.
 */
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

/** What a fast shutdown is to PostgreSQL and a clean one to every other engine; then immediate shutdown, then the end. Milliseconds since the sweep began. */
const ESCALATION = [
  { afterMs: 0, signal: 'SIGINT' },
  { afterMs: 4000, signal: 'SIGQUIT' },
  { afterMs: 6000, signal: 'SIGKILL' },
];
/** A server announced as starting whose file has not shown up after this long was never started. */
const BIRTH_MS = 3000;
const GIVE_UP_MS = 10_000;
const POLL_MS = 20;

/** @param {number} pid @returns {string} the command line, '' where no such process lives */
function commandLineOf(pid) {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/**
 * @param {string} directory a server's data directory
 * @param {string} run '' for any
 * @returns {number | undefined} the living postmaster's id
 */
function postmasterOf(directory, run) {
  let pid;
  try {
    pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
  // A stand-alone backend writes a negative id; it ends by itself when its input does.
  if (!(pid > 1)) return undefined;
  return commandLineOf(pid).includes(` -D ${directory} -c polystore.run=${run}`) ? pid : undefined;
}

/**
 * @param {string} directory a data directory of another engine than PostgreSQL
 * @param {string} run '' for any
 * @returns {number | undefined} the id of its living process
 */
function engineOf(directory, run) {
  let words;
  try {
    words = readFileSync(join(directory, 'engine.pid'), 'utf8').trim().split(' ');
  } catch {
    return undefined;
  }
  const [pid, ofRun] = [Number(words[0]), words[1]];
  if (!(pid > 1) || (run !== '' && run !== ofRun)) return undefined;
  const commandLine = `${commandLineOf(pid)} `;
  return commandLine.includes(`${directory}/`) || commandLine.includes(`${directory} `) ? pid : undefined;
}

/** @param {string} root @returns {string[]} <store>/<server> of every data directory */
function serversIn(root) {
  /** @param {string} path */
  const list = (path) => {
    try {
      return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    } catch {
      return [];
    }
  };
  return list(root).flatMap((store) => list(join(root, store.name)).map((server) => `${store.name}/${server.name}`));
}

/**
 * @param {string} root data directory of the tier
 * @param {string} run '' for any
 * @param {Set<string>} unborn servers that may come to life yet
 * @returns {Promise<{ found: number, left: number }>}
 */
async function stopAll(root, run, unborn) {
  const began = Date.now();
  const found = new Set();
  /** Signalled at the present step. */
  const signalled = new Set();
  let step = 0;
  for (;;) {
    const elapsed = Date.now() - began;
    while (ESCALATION[step + 1] !== undefined && elapsed >= ESCALATION[step + 1].afterMs) {
      step += 1;
      signalled.clear();
    }
    const alive = serversIn(root).flatMap((server) => {
      const directory = join(root, server);
      const pid = postmasterOf(directory, run) ?? engineOf(directory, run);
      return pid === undefined ? [] : [{ server, pid }];
    });
    for (const { server, pid } of alive) {
      unborn.delete(server);
      found.add(pid);
      if (signalled.has(pid)) continue;
      signalled.add(pid);
      try {
        process.kill(pid, ESCALATION[step].signal);
      } catch {
        // Ended between the look and the signal.
      }
    }
    const waiting = unborn.size > 0 && elapsed < BIRTH_MS;
    if ((alive.length === 0 && !waiting) || elapsed > GIVE_UP_MS) return { found: found.size, left: alive.length };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
/**
 * Ends copies and preparations at once: going on, they would write into a directory that the next start is already using.
 * @param {string} root data directory of the tier, which is in the command line of each
 * @param {Set<number>} workers
 */
function endWorkers(root, workers) {
  for (const pid of workers) {
    if (!commandLineOf(pid).includes(`${root}/`)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Ended between the look and the signal.
    }
  }
}

/** @param {string} root @param {string} run @param {string} said */
async function guard(root, run, said) {
  const unborn = new Set();
  const workers = new Set();
  for (const line of said.split('\n')) {
    const [word, subject] = line.split(' ');
    if (word === 'starting') unborn.add(subject);
    if (word === 'ended') unborn.delete(subject);
    if (word === 'working') workers.add(Number(subject));
  }
  endWorkers(root, workers);
  const { left } = await stopAll(root, run, unborn);
  process.exitCode = left === 0 ? 0 : 1;
}

const [mode, root, run = ''] = process.argv.slice(2);
if (mode === 'guard' && root !== undefined && run !== '') {
  void guard(root, run, readFileSync(0, 'utf8'));
} else if (mode === 'sweep' && root !== undefined) {
  void stopAll(root, '', new Set()).then(({ found: count, left }) => {
    process.stdout.write(`${count}\n`);
    process.exitCode = left === 0 ? 0 : 1;
  });
} else {
  process.stderr.write('usage: watchdog-process.cjs guard <data directory> <run> | sweep <data directory>\n');
  process.exitCode = 2;
}
