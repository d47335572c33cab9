import type { TierDefinition } from '../definition';

/** One thing that the definition of a stage says otherwise than before. */
export interface DefinitionChange {
  /** A store’s name, `services`, `network` or `stage`. */
  readonly subject: string;
  /** Dotted from the subject on: `replicas.r3`, `class`. Empty where the subject itself came or went. */
  readonly path: string;
  /** Absent where it was not, or is not any more. */
  readonly before?: string;
  readonly after?: string;
}

/** What changed between two definitions of a stage, with every default resolved. Pure. */
export function definitionChanges(
  before: TierDefinition | undefined,
  after: TierDefinition | undefined,
): readonly DefinitionChange[] {
  const [old, now] = [subjectsOf(before), subjectsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((subject): readonly DefinitionChange[] => {
    const [was, is] = [old.get(subject), now.get(subject)];
    if (was === undefined) return [{ subject, path: '', after: 'new' }];
    if (is === undefined) return [{ subject, path: '', before: 'was there' }];
    return leafChanges(subject, was, is);
  });
}

type Leaves = ReadonlyMap<string, string>;

function subjectsOf(definition: TierDefinition | undefined): ReadonlyMap<string, Leaves> {
  if (definition === undefined) return new Map();
  const { stores, services, network, stage } = definition;
  const subjects: readonly (readonly [string, unknown])[] = [
    ...Object.entries(stores),
    ['services', Object.fromEntries(Object.entries(services).map(([name, { uses }]) => [name, uses]))],
    ['network', network],
    ['stage', stage],
  ];
  return new Map(subjects.map(([subject, value]) => [subject, new Map(leaves(value, []))]));
}

/** A member that came or went says so once, whatever it holds. */
function leafChanges(subject: string, old: Leaves, now: Leaves): readonly DefinitionChange[] {
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
  const changes = changed.map((path): DefinitionChange => {
    const [before, after] = [old.get(path), now.get(path)];
    const member = wholeMember(path, before === undefined ? old : now);
    if (before === undefined) return { subject, path: member, after: member === path ? (after ?? '') : 'new' };
    if (after === undefined) return { subject, path: member, before: member === path ? before : 'was there' };
    return { subject, path, before, after };
  });
  return [...new Map(changes.map((change) => [change.path, change])).values()];
}

/** `replicas.r3` for `replicas.r3.class` where the other side has nothing below `replicas.r3`. */
function wholeMember(path: string, other: Leaves): string {
  const parts = path.split('.');
  const member = parts.slice(0, 2).join('.');
  return parts.length > 2 && ![...other.keys()].some((known) => known.startsWith(`${member}.`)) ? member : path;
}

/** Every value with its dotted path; members of a list go by their name. */
function leaves(value: unknown, path: readonly string[]): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]];
  const items = Array.isArray(value)
    ? value.map((item: unknown, position): [string, unknown] => [nameOf(item) ?? String(position), withoutName(item)])
    : Object.entries(value);
  return items.flatMap(([name, item]) => leaves(item, [...path, name]));
}

const nameOf = (item: unknown): string | undefined =>
  typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : undefined;

function withoutName(item: unknown): unknown {
  if (nameOf(item) === undefined) return item;
  return Object.fromEntries(Object.entries(item as object).filter(([key]) => key !== 'name'));
}
