import type { StoreDefinition } from '../../lib/definition';
import { KINDS } from '../../lib/definition/stores/kinds';
import { shownTier, watchPlans } from '../../lib/inventory';
import { readRunbook, renderRunbook } from '../../lib/runbooks';
import { dashboardBody } from '../../lib/watch';
import { everyTier } from '../support/every-tier';

const every = everyTier('live');
const givenName = (store: string, of: string): string => `${store}-${of}`;
const plans = watchPlans(every, givenName);
const { widgets } = dashboardBody(shownTier(every, givenName, { region: 'eu-west-1', alarmArn: (name) => name }));

it('is a tier of every kind', () => {
  const kinds = new Set(Object.values(every.stores).map(({ kind }) => kind));
  expect([...kinds].toSorted()).toEqual(Object.keys(KINDS).toSorted());
});

it.each(Object.values(every.stores).map((store): [string, StoreDefinition] => [store.name, store]))(
  '%s has alarms that tell somebody, a row and a section of the dashboard, and runbooks with its names',
  (name, store) => {
    const own = plans.filter((plan) => plan.store === name);
    const alarms = own.flatMap(({ watched }) => watched.flatMap((each) => each.alarms));
    const states = own.flatMap(({ states: of }) => of).filter(({ does }) => does === 'tells');
    expect(alarms.length).toBeGreaterThan(2);
    expect(new Set(states.map(({ urgency }) => urgency))).toEqual(new Set(['page', 'ticket']));

    const titles = widgets.map(({ properties }) => properties.title ?? properties.markdown ?? '');
    expect(titles).toContain(name);
    expect(titles.some((title) => title.startsWith(`## ${name} (`))).toBe(true);
    expect(titles.filter((title) => title.startsWith(`${name}: `)).length).toBeGreaterThan(3);

    const runbooks = new Set(alarms.map(({ row }) => row.runbook));
    for (const slug of runbooks) {
      const text = renderRunbook(readRunbook(slug), every, { store: store.name });
      expect([slug, text.includes(`every-live-${name}`) || text.includes('every/live')]).toEqual([slug, true]);
      expect([slug, /<no (server|cluster)/.exec(text)?.[0]]).toEqual([slug, undefined]);
    }
  },
);
