import { join } from 'node:path';
import ts from 'typescript';

/** What the public types of lib/definition say: read from their declarations, as an editor shows them. */
export interface Declarations {
  /** The type that is exported under the name. */
  typeOf(name: string): DeclaredType;
  /** A function that makes a value of a definition, as `rdsProxy` does; `undefined` where none has the name. */
  functionOf(name: string): DeclaredFunction | undefined;
}

/** A type of which it is known what may stand in it. */
export interface DeclaredType {
  /** Its options by name, those of the types that it extends included. */
  readonly options: Readonly<Record<string, DeclaredOption>>;
  /** What each thing of it is, where it has things by name or is a list. */
  readonly each: DeclaredType | undefined;
  readonly isList: boolean;
  /** The types of which it is one, without `undefined`; itself where it is no union. */
  readonly forms: readonly DeclaredType[];
  /** As TypeScript writes it. */
  readonly text: string;
  /** The one word that it allows, where it is that. */
  readonly word: string | undefined;
}

export interface DeclaredOption {
  readonly isOptional: boolean;
  /** Its docstring, `undefined` where there is none. */
  readonly summary: string | undefined;
  /** Text of `@default`, `undefined` where there is none. */
  readonly byDefault: string | undefined;
  readonly type: DeclaredType;
}

export interface DeclaredFunction {
  readonly summary: string | undefined;
  readonly parameters: readonly { readonly name: string; readonly type: DeclaredType }[];
}

const ROOT = join(__dirname, '..', '..');

/** Words of the catalog are names of AWS', which mean nothing but themselves. */
const CATALOG = '/lib/catalog/';

/** Where users' types are declared. */
const PUBLIC = join(ROOT, 'lib', 'definition', 'index.ts');

/** Reads a module's public types, those of lib/definition unless told otherwise. */
export function readDeclarations(file = PUBLIC): Declarations {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson((config as { compilerOptions: unknown }).compilerOptions, ROOT);
  const program = ts.createProgram([file], { ...options, types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new TypeError(`${file} exports nothing`);
  const exported = new Map(
    checker.getExportsOfModule(module).map((symbol) => [symbol.name, resolved(symbol, checker)]),
  );
  return {
    typeOf: (name) => {
      const symbol = exported.get(name);
      if (symbol === undefined) throw new TypeError(`${file} exports no ${name}`);
      return declaredType(checker.getDeclaredTypeOfSymbol(symbol), checker);
    },
    functionOf: (name) => {
      const symbol = exported.get(name);
      const [signature] = symbol === undefined ? [] : checker.getTypeOfSymbol(symbol).getCallSignatures();
      if (symbol === undefined || signature === undefined) return undefined;
      return {
        summary: summaryOf(symbol, checker),
        parameters: signature.getParameters().map((parameter) => ({
          name: parameter.name,
          type: declaredType(checker.getTypeOfSymbol(parameter), checker),
        })),
      };
    },
  };
}

const resolved = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

function declaredType(type: ts.Type, checker: ts.TypeChecker): DeclaredType {
  const bare = checker.getNonNullableType(checker.getBaseConstraintOfType(type) ?? type);
  return {
    get options() {
      const properties = bare.isUnion() || !isObject(bare) ? [] : checker.getPropertiesOfType(bare);
      return Object.fromEntries(properties.map((symbol) => [symbol.name, declaredOption(symbol, checker)]));
    },
    get each() {
      const element = isObject(bare)
        ? (checker.getIndexTypeOfType(bare, ts.IndexKind.String) ??
          checker.getIndexTypeOfType(bare, ts.IndexKind.Number))
        : undefined;
      return element && declaredType(element, checker);
    },
    get forms() {
      return (bare.isUnion() ? bare.types : [bare]).map((form) => declaredType(form, checker));
    },
    isList: checker.isArrayLikeType(bare),
    text: checker.typeToString(bare),
    word: bare.isStringLiteral() ? bare.value : undefined,
  };
}

function declaredOption(symbol: ts.Symbol, checker: ts.TypeChecker): DeclaredOption {
  const tag = symbol.getJsDocTags(checker).find(({ name }) => name === 'default');
  return {
    isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
    summary: sentences(summaryOf(symbol, checker), summaryOfWords(symbol, checker)),
    byDefault: tag && inOneLine(ts.displayPartsToString(tag.text)),
    type: declaredType(checker.getTypeOfSymbol(symbol), checker),
  };
}

const sentences = (...texts: readonly (string | undefined)[]): string | undefined =>
  texts.filter((text) => text !== undefined).join(' ') || undefined;

/** Docstring of the named type that an option has, where it is a choice of words and says what one means. */
function summaryOfWords(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const node = symbol.valueDeclaration;
  if (node === undefined || !ts.isPropertySignature(node) || node.type === undefined) return undefined;
  if (!ts.isTypeReferenceNode(node.type)) return undefined;
  const type = checker.getTypeFromTypeNode(node.type);
  const name = checker.getSymbolAtLocation(node.type.typeName);
  const alias = name && resolved(name, checker);
  const isChoice = type.isUnion() && type.types.every((form) => form.isStringLiteral());
  const isOfCatalog = alias?.declarations?.some((declared) => declared.getSourceFile().fileName.includes(CATALOG));
  if (alias === undefined || !isChoice || isOfCatalog) return undefined;
  const summary = summaryOf(alias, checker);
  return type.types.some((form) => form.isStringLiteral() && summary?.includes(`\`${form.value}\``))
    ? summary
    : undefined;
}

const isObject = (type: ts.Type): boolean => (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;

function summaryOf(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const text = inOneLine(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  return text === '' ? undefined : text.replace(/\{@link (\w+)\}/g, '`$1`');
}

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
