import { parseArgs } from 'node:util';
import type { ProxyLeg } from './contestants';
import type { CoreUse } from './cores';

/** What `npm run bench` was asked for. */
export interface BenchOptions<Name extends string> {
  /** In the order in which they run. */
  readonly names: readonly Name[];
  /** `json`: one document at the end, and nothing else. */
  readonly output: 'text' | 'json';
  readonly proxyLeg: ProxyLeg;
  readonly cores: CoreUse;
}

/**
 * Reads the command line: `--json`, `--only <name>`, which may be given more than once, `--plain-proxies`, `--shared-cores`.
 * @throws {Error} for anything else, naming what there is
 */
export function parseBenchOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): BenchOptions<Name> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      'plain-proxies': { type: 'boolean', default: false },
      'shared-cores': { type: 'boolean', default: false },
    },
  });
  const only = values.only ?? names;
  const unknown = only.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`no benchmark is named "${unknown}"; there are ${names.join(', ')}`);
  return {
    names: names.filter((name) => only.includes(name)),
    output: values.json ? 'json' : 'text',
    proxyLeg: values['plain-proxies'] ? 'plain' : 'tls',
    cores: values['shared-cores'] ? 'shared' : 'split',
  };
}
