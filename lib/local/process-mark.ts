import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * A process, told from a later one that got the same id: `mark` is when it started, as the system tells it.
 */
export interface ProcessMark {
  readonly pid: number;
  readonly mark: string;
}

/** This process. */
export function ownProcess(): ProcessMark {
  return { pid: process.pid, mark: markOf(process.pid) ?? 'unknown' };
}

/** Whether the very process runs that was marked; a process which merely got its id does not count. */
export function isAlive({ pid, mark }: ProcessMark): boolean {
  return markOf(pid) === mark;
}

/** Start of a running process; undefined where none has this id. */
function markOf(pid: number): string | undefined {
  return existsSync('/proc/self/stat') ? markFromProc(pid) : markFromPs(pid);
}

/**
 * Boot and ticks since it. The second field of `stat` is the program's name and may hold spaces and parentheses, so fields count from the
 * last parenthesis: the state is the first after it, the start the twentieth. A zombie has ended.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function markFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function markFromPs(pid: number): string | undefined {
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim() || undefined
    );
  } catch {
    // ps exits 1 where there is no such process.
    return undefined;
  }
}
