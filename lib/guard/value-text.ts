import { resourceKey, type StackIndex } from './stack-index';
import type { SynthesizedStack } from './synthesized-stack';

/** A property's value as text that changes exactly when what it means changes, and the resources that it names. */
export interface ValueText {
  readonly text: string;
  /** Keys of resources, see {@link resourceKey}. */
  readonly refersTo: readonly string[];
}

/**
 * Writes a value of a template as text. A reference names the resource that it leads to, in whichever stack, so that an export under another
 * name is no change: `{blog-prod-network/NetworkVpc7FB7348F}`. A weak reference says so, because CloudFormation learns its value only while it
 * deploys, and plans as if it had changed.
 */
export function valueText(value: unknown, stack: SynthesizedStack, index: StackIndex): ValueText {
  const refersTo: string[] = [];
  const text = write(value, { stack, index, refersTo, strength: '' });
  return { text, refersTo };
}

interface Context {
  readonly stack: SynthesizedStack;
  readonly index: StackIndex;
  readonly refersTo: string[];
  readonly strength: '' | 'weak ';
}

function write(value: unknown, context: Context): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map((item) => write(item, context)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value as Record<string, unknown>);
  const [only] = entries;
  if (only !== undefined && entries.length === 1) {
    const [name, argument] = only;
    const writeCall = INTRINSICS[name];
    if (writeCall !== undefined) return writeCall(argument, context);
    if (name.startsWith('Fn::')) return `{${name} ${write(argument, context)}}`;
  }
  const fields = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => `${name}: ${write(item, context)}`);
  return `{${fields.join(', ')}}`;
}

const INTRINSICS: Readonly<Record<string, (argument: unknown, context: Context) => string>> = {
  Ref: (argument, context) => writeReference(String(argument), undefined, context),
  'Fn::GetAtt': (argument, context) => {
    const [logicalId = '', ...attribute] = Array.isArray(argument)
      ? argument.map((part) => write(part, context))
      : String(argument).split('.');
    return writeReference(logicalId, attribute.join('.'), context);
  },
  'Fn::Join': (argument, context) => {
    const [separator, items] = argument as [string, unknown];
    return Array.isArray(items)
      ? items.map((item) => write(item, context)).join(separator)
      : `{Fn::Join ${separator} ${write(items, context)}}`;
  },
  'Fn::Sub': (argument, context) => {
    const [template, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, object];
    return template.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      if (Object.hasOwn(variables, name)) return write((variables as Record<string, unknown>)[name], context);
      const [logicalId = '', ...attribute] = name.split('.');
      return writeReference(logicalId, attribute.join('.') || undefined, context);
    });
  },
  'Fn::ImportValue': (argument, context) => {
    const name = write(argument, context);
    const exported = context.index.exports.get(name);
    if (exported === undefined) return `{export ${name}}`;
    return write(exported.output.Value, { ...context, stack: exported.stack });
  },
  'Fn::GetStackOutput': (argument, context) => {
    const { StackName = '', OutputName = '' } = argument as { StackName?: string; OutputName?: string };
    const stack = context.index.stacks.get(StackName);
    const output = stack?.outputs[OutputName];
    if (stack === undefined || output === undefined) return `{weak ${StackName} ${OutputName}}`;
    return write(output.Value, { ...context, stack, strength: 'weak ' });
  },
};

function writeReference(logicalId: string, attribute: string | undefined, context: Context): string {
  const { stack, refersTo, strength } = context;
  // A pseudo parameter, or a parameter of the template.
  if (stack.resources[logicalId] === undefined) return `{${logicalId}}`;
  const key = resourceKey(stack.name, logicalId);
  refersTo.push(key);
  return `{${strength}${key}${attribute === undefined ? '' : `.${attribute}`}}`;
}
