import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../package.json';
import type { DiffOptions } from './commands/diff';
import type { DrillOptions } from './commands/drill';
import type { GuardOptions } from './commands/guard';
import type { PlacementOptions } from './commands/placement';
import type { RunbookOptions } from './commands/runbook';
import type { SmokeOptions } from './commands/smoke';
import { EXIT_CODE_HELP, EXIT_CODES, exitCodeOf, type ExitCode } from './exit-code';
import { painterFor } from './terminal';
import { DEFAULT_TIER_FILE, type TierOptions } from './tier-context';
import { encodeError, renderError, toldError } from './told-error';

// Node 20 is supported here; what the SDK says of its own future with it would stand between the lines of a proof.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** What every command is called with. */
interface CommandOptions extends TierOptions {
  readonly json?: true;
}

/** Says what went wrong and what to do: in words, or as JSON to a script. */
function reportError(error: unknown, { json, ...options }: CommandOptions): ExitCode {
  const told = toldError(error, options);
  process.stderr.write(json ? encodeError(told) : renderError(told, painterFor(process.stderr)));
  return exitCodeOf(error);
}

/** Loaded when they are called, at once: none waits for another's libraries. */
const commands = {
  prove: () => require('./commands/prove') as typeof import('./commands/prove'),
  up: () => require('./commands/up') as typeof import('./commands/up'),
  status: () => require('./commands/status') as typeof import('./commands/status'),
  smoke: () => require('./commands/smoke') as typeof import('./commands/smoke'),
  down: () => require('./commands/down') as typeof import('./commands/down'),
  diff: () => require('./commands/diff') as typeof import('./commands/diff'),
  guard: () => require('./commands/guard') as typeof import('./commands/guard'),
  cost: () => require('./commands/cost') as typeof import('./commands/cost'),
  drill: () => require('./commands/drill') as typeof import('./commands/drill'),
  runbook: () => require('./commands/runbook') as typeof import('./commands/runbook'),
  placement: () => require('./commands/placement') as typeof import('./commands/placement'),
  doctor: () => require('./commands/doctor') as typeof import('./commands/doctor'),
};

/** A command's work becomes the process' exit status. */
const ending =
  <Options extends CommandOptions>(work: (options: Options) => Promise<ExitCode>) =>
  async (options: Options): Promise<void> => {
    process.exitCode = await work(options).catch((error: unknown) => reportError(error, options));
  };

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port <= 65000) return port;
  throw new InvalidArgumentError('allowed is a whole number from 1024 to 65000');
}

/** Known without loading what holds them. */
const DRILL_SITUATIONS = [
  'failover',
  'replica-lag',
  'connections',
  'storage',
] as const satisfies readonly DrillOptions['situation'][];

const exitCodes = Object.entries(EXIT_CODES)
  .map(([name, code]) => `  ${String(code).padEnd(4)} ${EXIT_CODE_HELP[name as keyof typeof EXIT_CODES]}`)
  .join('\n');

function tierCommand(
  name: string,
  description: string,
  examples: readonly string[],
  withoutStage = 'the first of the tier file',
  parent: Command = program,
): Command {
  return parent
    .command(name)
    .description(description)
    .option('--tier <file>', 'the tier file', DEFAULT_TIER_FILE)
    .option('--stage <name>', `the stage; without it, ${withoutStage}`)
    .option('--json', 'print JSON for scripts, nothing else; an error is the last line of standard error')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ npx polystore ${example}`).join('\n')}`);
}

const JSON_HELP = `With --json, every document has a version, and an error is one line, the last on standard error:
  {"version":1,"code":"TIER_NOT_UP","message":"…","details":{…},"next":"…"}`;

/** Whether the command line that runs asks for JSON: commander speaks of its faults before it has read that. */
let isForScript = false;

const program = new Command('polystore')
  .description('The database tier of a product: on this machine, on AWS, and proven on both.')
  .version(version)
  .showHelpAfterError('(polystore --help lists commands and exit codes)')
  .addHelpText('after', `\nExit codes:\n${exitCodes}\n\n${JSON_HELP}`)
  .configureOutput({ writeErr: (text) => void (isForScript || process.stderr.write(text)) })
  .exitOverride();

tierCommand('prove', 'synthesize the tier, run it here, prove every promise, stop it (npm start)', [
  'prove',
  'prove --stage prod',
  'prove --tier examples/instagram.config.ts --json',
]).action(ending((options) => commands.prove().prove(options)));

tierCommand('up', 'run the tier on this machine; Ctrl-C stops it', ['up', 'up --detach', 'up --port 15432'])
  .option('--detach', 'return when the tier is ready; `polystore down` stops it')
  .option('--port <number>', 'give the servers this port and the ones after it; without it, free ports', parsePort)
  .action(ending((options) => commands.up().up(options)));

tierCommand('status', 'the whole tier at a glance: servers, roles, lag, load, what fires, the last proof', [
  'status',
  'status --watch',
  'status --stage prod --aws',
  'status --json',
])
  .option('--aws', "the deployed stage, by the environment's account: backups and alarms too; reads only")
  .option('--watch', 'redraw until Ctrl-C; with --json a line each time')
  .action(ending((options) => commands.status().status(options)));

tierCommand('smoke', 'prove every promise of a running tier', [
  'smoke',
  'smoke --topology .polystore/blog/dev/topology.json',
  'smoke --aws /blog/prod',
  'smoke --aws /blog/prod --last',
])
  .addOption(
    new Option('--topology <file>', 'a tier by its topology file; its secrets.json stands beside it').conflicts('aws'),
  )
  .option('--aws <prefix>', 'a deployed tier: invokes its smoke test and prints its report')
  .option('--last', 'with --aws: print the report of its last proof, and prove nothing')
  .action((options: SmokeOptions, command: Command) => {
    if (options.last && options.aws === undefined)
      command.error('error: --last is of a deployed tier: add --aws /<tier>/<stage>');
    return ending((checked: SmokeOptions) => commands.smoke().smoke(checked))(options);
  });

tierCommand('down', 'stop the tier on this machine; its data stays', ['down', 'down --delete-data'])
  .option('--delete-data', 'delete its databases, secrets and logs too')
  .action(ending((options) => commands.down().down(options)));

tierCommand('runbook', "what to do in a situation, with this tier's own names; without one, which there are", [
  'runbook',
  'runbook replica-lag --stage prod',
  'runbook failover --stage prod --store posts',
])
  .argument('[situation]', 'name of a runbook')
  .option('--store <name>', 'the store that it is about; without it, the first that it fits')
  .action((situation: string | undefined, options: Omit<RunbookOptions, 'situation'>) =>
    ending((checked: RunbookOptions) => commands.runbook().runbook(checked))({
      ...options,
      ...(situation !== undefined && { situation }),
    }),
  );

tierCommand('drill', 'make the situation of a runbook real on this machine, follow it, and time it', [
  'drill failover',
  'drill replica-lag --store main',
  'drill connections --running',
  'drill storage --json',
  'drill failover --record',
])
  .addArgument(new Argument('<situation>', 'what is made real').choices(DRILL_SITUATIONS))
  .option('--store <name>', 'the store to break; without it, the first that the situation fits')
  .option('--running', 'on the tier that is up here; without it, on one that is started for it and deleted afterwards')
  .option(
    '--record [file]',
    'keep the result for whoever reads the runbook; without a name, in polystore.drills.json beside the tier',
  )
  .action((situation: DrillOptions['situation'], options: Omit<DrillOptions, 'situation'>) =>
    ending((checked: DrillOptions) => commands.drill().drill(checked))({ ...options, situation }),
  );

tierCommand(
  'diff',
  'what the tier file changes against a base: stores, reach, interruptions, protection, cost',
  ['diff', 'diff --base origin/main --markdown', 'diff --base cdk.out --stage prod'],
  'every stage',
)
  .option('--base <ref or directory>', 'a commit, or a directory that `cdk synth` wrote', 'HEAD')
  .addOption(new Option('--markdown', 'print a page for a pull request').conflicts('json'))
  .action(ending((options: DiffOptions) => commands.diff().diff(options)));

tierCommand(
  'guard',
  'compare what would be deployed with the committed baseline: exit 1 where data or its protection would be lost',
  ['guard', 'guard --accept --reason "first baseline"', 'guard --stage prod --json'],
  'every stage',
)
  .option('--accept', 'write the baseline anew, with the decision in it')
  .option('--reason <text>', 'why; goes with --accept')
  .action((options, command: Command) => {
    if (options.accept && !options.reason) command.error('error: --accept needs --reason "why it may be lost"');
    if (options.reason && !options.accept)
      command.error('error: --reason says why something is accepted: add --accept');
    return ending((checked: GuardOptions) => commands.guard().guard(checked))(options);
  });

tierCommand('cost', 'estimate what the stage costs a month on AWS, before anything is deployed', [
  'cost',
  'cost --stage prod --json',
]).action(ending((options) => commands.cost().cost(options)));

const placement = program
  .command('placement')
  .description('where the keys of sharded stores are: look at it, split a range, assign a key');

const placementCommand = (name: string, description: string, examples: readonly string[]): Command =>
  tierCommand(
    name,
    description,
    examples.map((example) => `placement ${example}`),
    undefined,
    placement,
  )
    .option('--store <name>', 'the store; without it, the only one that fits')
    .option(
      '--aws <prefix>',
      'a deployed tier, with the credentials of the environment; without it, the one on this machine',
    );

placementCommand(
  'show',
  'how many buckets, ranges and keys each shard has, or where one key is; without --store, of all stores',
  ['show', 'show --store posts --key 42', 'show --aws /blog/prod --json'],
)
  .option('--key <key>', 'where this key is')
  .action(ending((options: PlacementOptions & { key?: string }) => commands.placement().show(options)));

placementCommand(
  'split',
  'split the range that holds a key: keys from there on get a bucket of their own, on the same shard; no row moves',
  ['split --at 2026-07-01', 'split --store visits --at 2026-07-01 --aws /saas/prod'],
)
  .requiredOption('--at <key>', 'the first key of the upper part')
  .action(ending((options: PlacementOptions & { at: string }) => commands.placement().split(options)));

placementCommand(
  'assign',
  'assign a key of a directory to a shard; refuses to leave rows of the key behind, since it moves none',
  ['assign acme --shard s1', 'assign acme --shard s1 --rows-moved --store tenants --aws /saas/prod'],
)
  .argument('<key>', 'the key')
  .requiredOption('--shard <name>', 'where it is to be')
  .option(
    '--rows-moved',
    'its rows were copied to that shard, and nobody writes them: assign it though it is on another',
  )
  .action((key: string, options: PlacementOptions & { shard: string; rowsMoved?: true }) =>
    ending((checked: typeof options & { key: string }) => commands.placement().assign(checked))({ ...options, key }),
  );

tierCommand('doctor', 'say what would stand in the way of the tier, here and on AWS', [
  'doctor',
  'doctor --stage prod --aws',
])
  .option(
    '--aws',
    "ask AWS: quotas, roles, bootstrap, classes and zones, an existing VPC; reads only, in the environment's account",
  )
  .action(ending((options) => commands.doctor().doctor(options)));

/** Runs a command line, given without the names of Node and of the program, to its end. What became of it is `process.exitCode`. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  isForScript = args.includes('--json');
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = endOfCommander(error);
    else process.exitCode = reportError(error, { tier: DEFAULT_TIER_FILE, ...(isForScript && { json: true }) });
  }
}

/** commander has printed its message, unless a script is to read it. Help and version end here too, with status 0. */
function endOfCommander({ exitCode, message: said }: CommanderError): ExitCode {
  if (exitCode === 0) return EXIT_CODES.ok;
  if (isForScript) {
    const message = said.replace(/^error: /, '');
    const next = 'npx polystore --help lists commands and exit codes.';
    process.stderr.write(encodeError({ code: 'COMMAND_LINE_INVALID', message, details: {}, next }));
  }
  return EXIT_CODES.definition;
}

/** How a command is called and what its options are, named by its words: `['placement', 'split']`. Nothing where there is no such command. */
export function helpOfCommand(words: readonly string[]): string | undefined {
  let command: Command | undefined = program;
  for (const word of words) command = command?.commands.find((each) => each.name() === word);
  return command?.helpInformation();
}
