import type { TemplateResource } from './synthesized-stack';

const TABLES: readonly string[] = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'];
const PROPERTY = 'AttributeDefinitions';

/**
 * Types of the attributes that the keys of a table and its indexes are made of, as in `AttributeDefinitions.id`: `S`, `N` or `B`. The schema lists them among
 * what is updated in place, which they are where one comes or goes with an index; another type of one that stays replaces the table.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html (AttributeDefinitions, "Update requires")
 */
export function attributeTypesOf({ Type, Properties = {} }: TemplateResource): readonly (readonly [string, string])[] {
  const definitions = TABLES.includes(Type) ? Properties[PROPERTY] : undefined;
  if (!Array.isArray(definitions)) return [];
  return (definitions as readonly Attribute[]).map(({ AttributeName, AttributeType }) => [
    `${PROPERTY}.${AttributeName}`,
    AttributeType,
  ]);
}

interface Attribute {
  readonly AttributeName: string;
  readonly AttributeType: string;
}

/** Whether a create-only value is one of {@link attributeTypesOf}. */
export const isAttributeType = (property: string): boolean => property.startsWith(`${PROPERTY}.`);
