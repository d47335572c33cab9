import type { z } from 'zod';
import { docFaults, faultsOf, type DeclarationFault } from './declaration-faults';
import type { Declarations, DeclaredFunction, DeclaredType } from './declared-options';
import { rowOf, toRow, type OptionRow } from './option-row';
import { allowedOf, readSchema, shapeOf, type WrittenOptions } from './read-schema';

/** A function that makes a value, with the options that it takes. */
export interface MakerRows {
  readonly name: string;
  readonly declared: DeclaredFunction;
  readonly rows: readonly OptionRow[];
}

export interface SectionRows {
  readonly rows: readonly OptionRow[];
  /** Functions that this section is the first to name, in the order in which it does. */
  readonly makers: readonly MakerRows[];
}

/** A type, and the schema by which it is read. */
export interface SectionSource {
  /** Name of the type. */
  readonly type: string;
  readonly schema: z.ZodObject;
}

/** Every option of each section, and what is wrong with how options are declared. Pure. */
export function collectOptions(
  sources: readonly SectionSource[],
  declarations: Declarations,
): { readonly sections: readonly SectionRows[]; readonly faults: readonly DeclarationFault[] } {
  const walk = new Walk(declarations);
  const sections = sources.map(({ type, schema }) => {
    const before = new Set(walk.makers.keys());
    const rows = walk.optionsOf(shapeOf(schema), declarations.typeOf(type), { at: type, path: '' });
    walk.addMakersIn(rows);
    return { rows, names: [...walk.makers.keys()].filter((name) => !before.has(name)) };
  });
  return {
    sections: sections.map(({ rows, names }) => ({
      rows,
      makers: names.flatMap((name) => walk.makers.get(name) ?? []),
    })),
    faults: walk.faults,
  };
}

/** Objects whose fields a section has shown, by their shape: the option that they were first of. */
type Shown = Map<WrittenOptions['shape'], string>;

interface Place {
  /** For faults. */
  readonly at: string;
  /** For the page. */
  readonly path: string;
}

const below = ({ at, path }: Place, name: string): Place => ({
  at: `${at}.${name}`,
  path: path === '' ? name : `${path}.${name}`,
});

class Walk {
  readonly faults: DeclarationFault[] = [];
  readonly makers = new Map<string, MakerRows>();

  constructor(private readonly declarations: Declarations) {}

  /** Rows of an object's options, each with the rows of what lies below it. */
  optionsOf(
    { shape }: WrittenOptions,
    type: DeclaredType,
    place: Place,
    shown: Shown = new Map(),
  ): readonly OptionRow[] {
    const declared = type.options;
    return Object.entries(shape).flatMap(([name, schema]): readonly OptionRow[] => {
      if (readSchema(schema).kind === 'word') return [];
      const here = below(place, name);
      const option = declared[name];
      if (option === undefined) {
        this.faults.push({ at: here.at, message: `is read, but ${type.text} declares no such option` });
        return [];
      }
      this.faults.push(...faultsOf(option, schema).map((message) => ({ at: here.at, message })));
      const alike = objectsIn(schema).flatMap((object) => shown.get(object) ?? [])[0];
      const row = { ...rowOf(option, schema, here.path), ...(alike !== undefined && { alike }) };
      return [row, ...this.under(schema, option.type, here, shown)];
    });
  }

  private under(schema: z.ZodType, type: DeclaredType, place: Place, shown: Shown): readonly OptionRow[] {
    const written = readSchema(schema);
    switch (written.kind) {
      case 'options': {
        const form = formFor(written, type);
        if (form === undefined) {
          this.faults.push({ at: place.at, message: `${allowedOf(schema)} is read, but ${type.text} is declared` });
          return [];
        }
        if (written.word === undefined) {
          if (shown.has(written.shape)) return [];
          shown.set(written.shape, place.path);
          return this.optionsOf(written, form, place, shown);
        }
        const [name] = makersIn(allowedOf(schema));
        if (name !== undefined) this.addMaker(name, (at) => this.optionsOf(written, form, at));
        return [];
      }
      case 'each': {
        const { isList } = written;
        const each = type.forms.find((form) => form.each !== undefined && form.isList === isList)?.each;
        const step = isList ? '[]' : `.<${/ by (\w+)$/.exec(allowedOf(schema))?.[1] ?? 'name'}>`;
        const here = { at: `${place.at}${step}`, path: `${place.path}${step}` };
        return each === undefined ? [] : this.under(written.each, each, here, shown);
      }
      case 'forms':
        return written.forms.flatMap((form) => this.under(form, type, place, shown));
      case 'word':
      case 'value':
        return [];
    }
  }

  /** Functions that rows name and no schema knows: they make what can be written without them, as `lambda` does. */
  addMakersIn(rows: readonly OptionRow[]): void {
    const named = [...rows, ...[...this.makers.values()].flatMap((maker) => maker.rows)].flatMap(({ takes }) =>
      takes.flatMap(makersIn),
    );
    for (const name of named) {
      if (!this.makers.has(name)) this.addMaker(name, (at, declared) => this.parametersOf(declared, at));
    }
  }

  /** The same function may be read in two ways, as `fromSnapshot` is: its rows then say what both allow. */
  private addMaker(name: string, read: (at: Place, declared: DeclaredFunction) => readonly OptionRow[]): void {
    const declared = this.declarations.functionOf(name);
    const place = { at: `${name}()`, path: '' };
    if (declared?.summary === undefined) this.faults.push({ at: place.at, message: 'has no docstring' });
    if (declared === undefined) return;
    const known = this.makers.get(name)?.rows ?? [];
    // It keeps its place before those that its own options name.
    this.makers.set(name, { name, declared, rows: known });
    const rows = read(place, declared).map((row) => {
      const before = known.find(({ path }) => path === row.path)?.takes ?? [];
      return { ...row, takes: [...new Set([...before, ...row.takes])] };
    });
    this.makers.set(name, { name, declared, rows });
  }

  private parametersOf({ parameters }: DeclaredFunction, place: Place): readonly OptionRow[] {
    return parameters.flatMap(({ type }) =>
      Object.entries(type.options).map(([name, option]) => {
        const here = below(place, name);
        this.faults.push(...docFaults(option, !option.isOptional).map((message) => ({ at: here.at, message })));
        return toRow(option, here.path, [option.type.text], !option.isOptional);
      }),
    );
  }
}

/** Shapes of the objects that an option may be, which have no function of their own. */
function objectsIn(schema: z.ZodType): readonly WrittenOptions['shape'][] {
  const written = readSchema(schema);
  if (written.kind === 'forms') return written.forms.flatMap(objectsIn);
  return written.kind === 'options' && written.word === undefined ? [written.shape] : [];
}

/** Names of functions that a text about what is allowed calls. */
const makersIn = (allowed: string): readonly string[] =>
  [...allowed.matchAll(/\b([a-z]\w*)\(/g)].flatMap(([, name]) => name ?? []);

/** Which form of a type an object is read as: the one that has its options, and its word where forms are told apart by one. */
const formFor = ({ shape }: WrittenOptions, type: DeclaredType): DeclaredType | undefined =>
  type.forms.find(({ options }) =>
    Object.entries(shape).every(([name, schema]) => {
      const written = readSchema(schema);
      const option = options[name];
      return option !== undefined && (written.kind !== 'word' || option.type.word === written.word);
    }),
  );
