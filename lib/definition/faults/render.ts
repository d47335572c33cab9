import { counted } from './counted';
import type { DefinitionFault } from '../../errors';

/** The faults as a person reads them, without colours: place and path, then what to do, then how many. */
export function renderFaults(faults: readonly DefinitionFault[]): string {
  const count = counted(faults.length, 'fault');
  return [...faults.map(renderFault), `${count}. Nothing synthesized.`].join('\n');
}

/** `tier.config.ts:9:33`. */
export function renderLocation({ file, line, column }: NonNullable<DefinitionFault['location']>): string {
  return `${file}:${line}:${column}`;
}

function renderFault({ path, message, location }: DefinitionFault): string {
  const place = location === undefined ? [] : [renderLocation(location)];
  // The root has no path of its own.
  const head = [...place, path === '' ? 'the tier' : path].join(' ');
  return `${head}\n  ${message.replaceAll('\n', '\n  ')}`;
}
