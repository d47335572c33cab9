import { createRequire } from 'node:module';
import type {
  Expression,
  Node,
  ObjectExpression,
  ObjectMethod,
  ObjectProperty,
  Program,
  SourceLocation,
  Statement,
} from '@babel/types';
import type { DefinitionFault } from '../../errors';
import type { FaultPath } from './fault';

type Location = NonNullable<DefinitionFault['location']>;

/** Finds where in a file a path of the definition stands; `undefined` where the file does not show it. */
export type Locate = (path: FaultPath) => Location | undefined;

/** The text of the file that a definition was loaded from. */
export interface TierSource {
  /** As it should stand in messages. */
  readonly file: string;
  readonly text: string;
}

/** Locates nothing: the definition was not read from a file. */
export const nowhere: Locate = () => undefined;

/**
 * Reads a tier file once, to locate any number of paths in it. Never throws: what can't be followed (a computed key, a value
 * from another file) is located at the nearest place around it that can.
 */
export function locateIn(source: TierSource): Locate {
  const program = read(source.text);
  const root = program === undefined ? undefined : definitionOf(program);
  if (program === undefined || root === undefined) return nowhere;
  return (path) => {
    const { start } = nearestLocation(root, path, program) ?? { start: { line: 1, column: 0 } };
    return { file: source.file, line: start.line, column: start.column + 1 };
  };
}

function read(text: string): Program | undefined {
  // Loaded for a fault alone: it takes longer to load than a tier file to read.
  const { parse } = createRequire(__filename)('@babel/parser') as typeof import('@babel/parser');
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'], errorRecovery: true }).program;
  } catch {
    return undefined;
  }
}

/** What the file exports as its default, in any of the ways to write that. */
function definitionOf(program: Program): Node | undefined {
  for (const statement of program.body) {
    const exported = exportedBy(statement);
    if (exported !== undefined) return exported;
  }
  return undefined;
}

function exportedBy(statement: Statement): Node | undefined {
  if (statement.type === 'ExportDefaultDeclaration') return statement.declaration;
  if (statement.type === 'TSExportAssignment') return statement.expression;
  if (statement.type === 'ExportNamedDeclaration') {
    const specifier = statement.specifiers.find(
      (each) =>
        each.type === 'ExportSpecifier' && each.exported.type === 'Identifier' && each.exported.name === 'default',
    );
    return specifier?.type === 'ExportSpecifier' ? specifier.local : undefined;
  }
  if (statement.type === 'ExpressionStatement' && statement.expression.type === 'AssignmentExpression') {
    const { left, right } = statement.expression;
    const isModuleExports =
      left.type === 'MemberExpression' &&
      left.object.type === 'Identifier' &&
      left.object.name === 'module' &&
      left.property.type === 'Identifier' &&
      left.property.name === 'exports';
    return isModuleExports ? right : undefined;
  }
  return undefined;
}

function nearestLocation(root: Node, path: FaultPath, program: Program): SourceLocation | undefined {
  let node: Node | undefined = root;
  let nearest: SourceLocation | undefined = root.loc ?? undefined;
  for (const key of path) {
    const found: Found | undefined = node === undefined ? undefined : childOf(node, key, program, new Set());
    if (found === undefined) return nearest;
    nearest = found.at.loc ?? nearest;
    node = found.value;
  }
  return nearest;
}

interface Found {
  /** What a person would point at: the key of a property, an element of a list. */
  readonly at: Node;
  readonly value: Node | undefined;
}

/** `seen`: constants on the way, so that one that is defined by itself ends the search. */
function childOf(node: Node, key: string, program: Program, seen: ReadonlySet<string>): Found | undefined {
  const value = unwrapped(node);
  if (value.type === 'ObjectExpression') return propertyOf(value, key, program, seen);
  if (value.type === 'ArrayExpression') {
    const element = value.elements[Number(key)];
    return element == null ? undefined : { at: element, value: element };
  }
  // defineTier({ … }), postgres({ … }), Object.freeze({ … }): the options are the first argument.
  if (value.type === 'CallExpression') {
    const [argument] = value.arguments;
    return argument === undefined ? undefined : childOf(argument, key, program, seen);
  }
  if (value.type === 'Identifier' && !seen.has(value.name)) {
    const bound = constantNamed(value.name, program);
    return bound === undefined ? undefined : childOf(bound, key, program, new Set([...seen, value.name]));
  }
  return undefined;
}

/** The last property of that name, as in JavaScript; a spread counts as the properties of what it spreads. */
function propertyOf(
  object: ObjectExpression,
  key: string,
  program: Program,
  seen: ReadonlySet<string>,
): Found | undefined {
  for (const member of object.properties.toReversed()) {
    if (member.type === 'SpreadElement') {
      const found = childOf(member.argument, key, program, seen);
      if (found !== undefined) return found;
    } else if (keyOf(member) === key) {
      return { at: member.key, value: member.type === 'ObjectProperty' ? member.value : undefined };
    }
  }
  return undefined;
}

function keyOf({ key, computed }: ObjectProperty | ObjectMethod): string | undefined {
  if (key.type === 'StringLiteral' || key.type === 'NumericLiteral') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : undefined;
}

function constantNamed(name: string, program: Program): Expression | undefined {
  for (const statement of program.body) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' && statement.declaration != null ? statement.declaration : statement;
    if (declaration.type !== 'VariableDeclaration') continue;
    const found = declaration.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name);
    if (found?.init != null) return found.init;
  }
  return undefined;
}

/** The expression below what only the type checker sees. */
function unwrapped(node: Node): Node {
  const isTyped =
    node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'TSNonNullExpression' ||
    node.type === 'TSTypeAssertion';
  return isTyped ? unwrapped(node.expression) : node;
}
