import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError, replaceFile } from '../sources/files';
import type { DrillName } from './drill';
import { DRILL_REPORT_VERSION, type DrillReport } from './drill-report';

const fileOf = (directory: string, drill: DrillName): string => join(directory, `${drill}.json`);

/** Keeps how a drill went, in the place of the one before; one file a drill in `directory`. */
export async function keepLastDrill(directory: string, report: DrillReport): Promise<void> {
  const file = fileOf(directory, report.drill);
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** How a drill went last; undefined where it never was held here, or by a version of the kit that wrote otherwise. */
export async function readLastDrill(directory: string, drill: DrillName): Promise<DrillReport | undefined> {
  try {
    const report = JSON.parse(await readFile(fileOf(directory, drill), 'utf8')) as DrillReport;
    return report.version === DRILL_REPORT_VERSION ? report : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
