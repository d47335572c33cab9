import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findProgram } from './proxy';

/** Which cores clients have, and which servers and proxies, each as a list of the kernel's: `0`, `1,3`. */
export interface CoreHalves {
  readonly clients: string;
  readonly servers: string;
}

/** `split`: clients and servers have cores of their own. `shared`: each runs where the system likes. */
export type CoreUse = 'split' | 'shared';

/** What decides on which cores this process runs, and whatever it starts from then on. */
export interface Cores {
  /** Undefined where they are shared. */
  readonly halves: CoreHalves | undefined;
  /** Moves all threads of this process; what it has started stays where it was. */
  moveTo(side: keyof CoreHalves | 'all'): void;
}

/**
 * Halves the cores of this machine between clients and servers, which have machines of their own wherever it matters how fast they are. On few
 * cores that are shared, each server that wakes up pushes the client aside, and the slower way to the servers may look the faster.
 *
 * They are shared, whatever was asked for, where there is a single core or no `taskset`, as on macOS.
 */
export function coresFor(use: CoreUse): Cores {
  const all = allowedCores();
  const taskset = findProgram('taskset');
  const halves = use === 'split' && all !== undefined && taskset !== undefined ? halvesOf(all) : undefined;
  if (!halves || all === undefined || taskset === undefined) return { halves, moveTo: () => undefined };
  const lists = { ...halves, all };
  return {
    halves,
    moveTo: (side) => {
      const args = ['--all-tasks', '--cpu-list', '--pid', lists[side], String(process.pid)];
      execFileSync(taskset, args, { stdio: 'ignore' });
    },
  };
}

/** Of a list as the kernel writes it, `0-3,8`; undefined for a single core. */
export function halvesOf(list: string): CoreHalves | undefined {
  const cores = list
    .split(',')
    .filter(Boolean)
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  const middle = Math.floor(cores.length / 2);
  if (middle === 0) return undefined;
  return { clients: cores.slice(0, middle).join(','), servers: cores.slice(middle).join(',') };
}

function allowedCores(): string | undefined {
  try {
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
