/** Resources of a template: what a loop makes stands in the template as one entry, a list. */
type Written = Readonly<Record<string, unknown>>;

type Loop = readonly [identifier: string, values: readonly string[], body: Written];

const LOOP = 'Fn::ForEach::';

/**
 * What CloudFormation makes of a template's resources: each loop repeated for each of its values. Loops within loops, and values that only a deployment
 * knows, are none of the kit's.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 */
export function expandLoops<T>(resources: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([id, resource]): readonly [string, T][] => {
      if (!id.startsWith(LOOP)) return [[id, resource]];
      // The kit wrote it.
      const [identifier, values, body] = resource as unknown as Loop;
      const text = JSON.stringify(body);
      return values.flatMap((value) =>
        Object.entries(JSON.parse(text.replaceAll(`\${${identifier}}`, value), filledIn) as Record<string, T>),
      );
    }),
  );
}

/** The text that is left where nothing is to be filled in any more. */
function filledIn(_: string, value: unknown): unknown {
  const { 'Fn::Sub': text } = (value ?? {}) as { readonly 'Fn::Sub'?: unknown };
  return typeof text === 'string' && !text.includes('${') ? text : value;
}
