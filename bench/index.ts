// `npm run bench`: speed against limits, one row a figure; `--json` for programs. Exits 1 if a figure misses its limit.
import { guardAndDiff } from './guard-and-diff';
import { coldStart, keptTemplateStart } from './local-start';
import { RUNS, verdictOf, type Benchmark, type Limit, type PairedResult } from './paired';
import { routingDecision } from './routing-decision';
import { readThroughput, writeThroughput } from './router-throughput';
import { synth } from './synth';
import { synthScaling } from './synth-scaling';

const BENCHMARKS: readonly Benchmark[] = [
  routingDecision,
  readThroughput,
  writeThroughput,
  coldStart,
  keptTemplateStart,
  synth,
  synthScaling,
  guardAndDiff,
];

interface Figure extends PairedResult {
  readonly name: string;
  readonly limit: Limit;
  readonly verdict: 'ok' | 'miss';
}

const isJson = process.argv.includes('--json');

const figure = (value: number, unit: PairedResult['unit']): string =>
  `${value.toFixed(2)}${unit === 's' ? ' s' : unit}`;

const limitText = (limit: Limit, unit: PairedResult['unit']): string =>
  'atLeast' in limit ? `≥ ${figure(limit.atLeast, unit)}` : `≤ ${figure(limit.atMost, unit)}`;

const row = ({ name, median, low, high, unit, limit, verdict, detail }: Figure): string =>
  [
    verdict === 'ok' ? '✓' : '✗',
    name.padEnd(38),
    figure(median, unit).padStart(8),
    `[${figure(low, unit)}, ${figure(high, unit)}]`.padEnd(20),
    limitText(limit, unit).padEnd(10),
    detail,
  ].join('  ');

async function main(): Promise<void> {
  const figures: Figure[] = [];
  if (!isJson) console.log(`median of ${RUNS} alternating runs, its 95 % interval, limit\n`);
  for (const benchmark of BENCHMARKS) {
    const result = await benchmark.run();
    const { name, limit } = benchmark;
    const measured = { name, limit, ...result, verdict: verdictOf(result, limit) };
    figures.push(measured);
    if (!isJson) console.log(row(measured));
  }
  if (isJson) console.log(JSON.stringify({ figures }, null, 2));
  process.exitCode = figures.some(({ verdict }) => verdict === 'miss') ? 1 : 0;
}

void main();
