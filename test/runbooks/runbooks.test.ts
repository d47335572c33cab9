import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRunbooks } from '../../bin/runbook-copies';
import instagram from '../../examples/instagram.config';
import social from '../../examples/social.config';
import { parseTier, type TierDefinition } from '../../lib/definition';
import { watchUnits } from '../../lib/inventory/watch-units';
import {
  allRunbooks,
  encodeDrillRecord,
  kitDrills,
  namesOfStore,
  readDrillRecord,
  readRunbook,
  renderRunbook,
  serversOfStore,
  type DrillRecord,
  type RecordedDrill,
} from '../../lib/runbooks';
import { stackName } from '../../lib/stacks/names';
import { alarmsOf } from '../../lib/watch';
import { blogTier } from '../support/blog-tier';
import { templatesOf } from '../support/synthesized-tier';
import { clusterTier } from '../support/cluster-tier';
import { tableTier } from '../support/table-tier';

const prod = blogTier('prod');
const others = parseTier({
  name: 'blog',
  stages: { prod: { profile: 'disposable' } },
  stores: {
    sessions: { kind: 'valkey' },
    carts: { kind: 'dynamodb', partitionKey: 'id' },
    profiles: { kind: 'documentdb' },
    friends: { kind: 'neptune' },
  },
});

/** Documents that are sharded by AWS. */
const elastic = parseTier({
  name: 'blog',
  stages: { prod: { profile: 'disposable' } },
  stores: { visits: { kind: 'documentdb', scaleOut: { shards: 2, vcpu: 2 } } },
});

describe('names', () => {
  /** Everything that the templates of a tier say, and the names of its stacks. */
  const textOf = (tier: TierDefinition): string =>
    Object.entries(templatesOf(tier))
      .map(([name, template]) => `"${stackName(tier, name)}"\n${JSON.stringify(template)}`)
      .join('\n');

  it('of servers, logs, parameters, functions and stacks are those of the templates', () => {
    const templates = textOf(prod);
    const ofAws =
      /^(smoke|provision|last|network|access|operations|store|base|log|topology|primary|replica|server|cluster)(-|$)/;
    const missing = Object.values(prod.stores).flatMap((store) => {
      const names = Object.entries(namesOfStore(prod, store)).filter(([name]) => ofAws.test(name) && name !== 'store');
      const servers = serversOfStore(prod, store).map(({ identifier }) => ['server', identifier] as const);
      expect(names.length).toBeGreaterThan(10);
      return [...names, ...servers].filter(([, value]) => !templates.includes(`"${value}"`));
    });
    expect(missing).toEqual([]);
  });
});

describe('rendered for a tier', () => {
  it.each(allRunbooks().map((runbook) => [runbook.slug, runbook] as const))('%s has every name', (_, runbook) => {
    const texts =
      runbook.kinds.length === 0
        ? [renderRunbook(runbook, prod, { now: new Date() })]
        : [prod, others, elastic].flatMap((tier) =>
            Object.values(tier.stores)
              .filter(({ kind }) => runbook.kinds.includes(kind))
              .map(({ name }) => renderRunbook(runbook, tier, { store: name, now: new Date() })),
          );
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      expect(text).not.toMatch(/\{\{|<no |undefined|<!--|\]\([a-z-]+\.md\)/);
      expect(text).toMatch(/blog-prod|\/blog\/prod|blog\/prod/);
    }
  });

  it('has a line for each family’s function, and none of a family that the tier has not', () => {
    const smokeTest = renderRunbook(readRunbook('smoke-test'), others);
    for (const family of ['valkey', 'dynamodb', 'documentdb', 'neptune']) {
      expect(smokeTest).toContain(`aws logs tail /aws/lambda/blog-prod-smoke-${family} --since 1h\n`);
      expect(smokeTest).toContain(`--name /blog/prod/smoke/last-report/${family} --max-items 10`);
    }
    expect(smokeTest).not.toContain('relational --since');
    const provisioning = renderRunbook(readRunbook('provisioning'), others);
    expect(provisioning.match(/aws logs tail \S+/g)).toEqual([
      'aws logs tail /aws/lambda/blog-prod-provision-documentdb',
    ]);
  });

  it('shows the blocks of the store’s kind and no others', () => {
    const failover = readRunbook('failover');
    const main = renderRunbook(failover, prod, { store: 'main' });
    const posts = renderRunbook(failover, prod, { store: 'posts' });
    expect(main).toContain(
      'aws rds reboot-db-instance --db-instance-identifier blog-prod-main-primary --force-failover',
    );
    expect(main).not.toContain('failover-db-cluster');
    expect(posts).toContain('aws rds failover-db-cluster --db-cluster-identifier blog-prod-posts-s0');
    expect(posts).not.toContain('promote-read-replica');
  });

  it('asks an elastic cluster by its own commands, and others by none of these', () => {
    const documents = readRunbook('documents');
    const sharded = renderRunbook(documents, elastic);
    expect(sharded).toContain(`aws docdb-elastic list-clusters --query "clusters[?clusterName=='blog-prod-visits']"`);
    expect(sharded).not.toMatch(/aws docdb |AWS\/DocDB |failover-db-cluster|ask the topology/);
    expect(renderRunbook(documents, others)).not.toMatch(/docdb-elastic|DocDB-Elastic/);
    expect(renderRunbook(readRunbook('throttling'), others)).toContain('| blog-prod-carts |');
  });

  it('says what the tier has nothing for', () => {
    const solo = parseTier({
      name: 'solo',
      stages: { dev: { profile: 'disposable' } },
      stores: { main: { kind: 'postgres' } },
    });
    expect(renderRunbook(readRunbook('replica-lag'), solo)).toContain('<no replica in this tier>');
    expect(() => renderRunbook(readRunbook('shards'), solo)).toThrow(
      /store of kind shardedPostgres, and this tier has none/,
    );
  });

  it('names the alarms that lead to it with who is told, and how its drill went', () => {
    const text = renderRunbook(readRunbook('replica-lag'), prod, { lastDrill: 'passed here' });
    expect(text).toMatch(/^> alarms ReplicaLag \((page|ticket)\)/m);
    expect(text).toMatch(
      /^> drill `npx polystore drill replica-lag`: passed here; by the kit on \d{4}-\d{2}-\d{2}, detected after /m,
    );
    expect(renderRunbook(readRunbook('replica-lag'), prod)).toContain('never held here');
  });

  it('says before what is to be done how long that took in the drill, and what holds it again', () => {
    const drills: DrillRecord = {
      'replica-lag': {
        ...(kitDrills()['replica-lag'] as RecordedDrill),
        times: { detectMs: 40, mitigateMs: 240, recoverMs: 1250 },
      },
    };
    const text = renderRunbook(readRunbook('replica-lag'), prod, { drills });
    expect(text).toMatch(
      /## Mitigate\n\n_Drilled on \d{4}-\d{2}-\d{2} by `npx polystore drill replica-lag`: 200 ms from what was seen to what was done, 1\.3 s in all\./,
    );
    expect(renderRunbook(readRunbook('replica-lag'), prod, { drills: {} })).not.toContain('Drilled on');
    for (const { drill } of allRunbooks()) if (drill !== undefined) expect(kitDrills()[drill]).toBeDefined();
  });

  it('is there for every alarm of a template, by the words of its description', () => {
    const named = [prod, tableTier('prod'), clusterTier('prod')].flatMap((tier) =>
      [...JSON.stringify(templatesOf(tier)).matchAll(/npx polystore runbook ([a-z-]+)/g)].map(([, slug]) => slug),
    );
    expect(new Set(named).size).toBeGreaterThan(5);
    for (const slug of new Set(named)) expect(readRunbook(slug as string).tag).toBe('incident');
  });

  it('lists twelve servers of three hundred', () => {
    const many = blogTier('prod', { shards: Array.from({ length: 150 }, (_, index) => `s${index}`) });
    const text = renderRunbook(readRunbook('failover'), many, { store: 'posts' });
    expect(text.match(/^\| blog-prod-posts-/gm)).toHaveLength(12);
    expect(text).toMatch(/^\| and 288 more +\| +\| +\|$/m);
  });
});

it('a copy of each, a file a store, stands beside the templates', () => {
  const directory = mkdtempSync(join(tmpdir(), 'polystore-runbooks-'));
  try {
    writeRunbooks(directory, prod);
    const files = readdirSync(join(directory, 'runbooks'));
    expect(files).toEqual(
      expect.arrayContaining(['failover.main.md', 'failover.posts.md', 'shards.posts.md', 'stack-stuck.md']),
    );
    expect(files).not.toContain('shards.main.md');
    const text = readFileSync(join(directory, 'runbooks', 'replica-lag.main.md'), 'utf8');
    expect(text).toContain('--start-time AN_HOUR_AGO --end-time NOW');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('of an alarm is for the kind of store that the alarm is of', () => {
  const live = [instagram, social].map((tier) => parseTier(tier, { stage: 'live' }));
  const unfit = [prod, ...live].flatMap((tier) =>
    watchUnits(tier, () => 'table').flatMap(({ store = '', watched }) =>
      watched
        .flatMap((one) => alarmsOf(one.watched))
        .filter(({ row }) => {
          const kind = tier.stores[store]?.kind;
          const { kinds } = readRunbook(row.runbook);
          return kind !== undefined && kinds.length > 0 && !kinds.includes(kind);
        })
        .map(({ name, row }) => `${name}: ${row.runbook}`),
    ),
  );
  expect(unfit).toEqual([]);
});

describe('a record of drills', () => {
  const directory = mkdtempSync(join(tmpdir(), 'polystore-drills-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const read = (text: string): DrillRecord => {
    const file = join(directory, 'drills.json');
    writeFileSync(file, text);
    return readDrillRecord(file);
  };
  const whole = encodeDrillRecord(kitDrills());

  it('is read as it was written, and empty where there is none', () => {
    expect(read(whole)).toEqual(kitDrills());
    expect(readDrillRecord(join(directory, 'none.json'))).toEqual({});
  });

  it.each([
    ['is no JSON', whole.slice(0, -4), /drills\.json can't be read/],
    ['is of another version', whole.replace('"version": 1', '"version": 2'), /version/],
    ['lacks a time', whole.replaceAll(/"recoverMs": \d+/g, '"recoveredMs": 1'), /times/],
    [
      'was recovered from before anything was done',
      whole.replaceAll(/"recoverMs": \d+/g, '"recoverMs": 1'),
      /nobody recovers/,
    ],
    ['was held at no moment', whole.replaceAll(/"heldAt": "[^"]*"/g, '"heldAt": "lately"'), /heldAt/],
  ])('is refused where it %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
