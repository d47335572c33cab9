import { PolystoreError, type DefinitionFault } from '../../errors';
import { dotted, type Fault } from './fault';
import type { Locate } from './locate';
import { renderFaults } from './render';

/** One error for all faults, in the order of the file. */
export function configInvalid(faults: readonly Fault[], locate: Locate): PolystoreError<'CONFIG_INVALID'> {
  const placed = faults.map((fault) => placedFault(fault, locate)).sort(byPlace);
  const distinct = placed.filter((fault, index) => {
    const before = placed[index - 1];
    return before === undefined || before.path !== fault.path || before.message !== fault.message;
  });
  return new PolystoreError('CONFIG_INVALID', renderFaults(distinct), { details: { faults: distinct } });
}

function placedFault({ path, message }: Fault, locate: Locate): DefinitionFault {
  const location = locate(path);
  return { path: dotted(path), message, ...(location === undefined ? {} : { location }) };
}

function byPlace(a: DefinitionFault, b: DefinitionFault): number {
  if (a.location === undefined || b.location === undefined) {
    return Number(a.location === undefined) - Number(b.location === undefined) || byText(a, b);
  }
  return a.location.line - b.location.line || a.location.column - b.location.column || byText(a, b);
}

function byText(a: DefinitionFault, b: DefinitionFault): number {
  return compare(a.path, b.path) || compare(a.message, b.message);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
