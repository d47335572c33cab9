/** `read`: SELECT. `write`: SELECT, INSERT, UPDATE, DELETE. */
export type Access = 'read' | 'write';

/** A consumer of stores: gets a client security group, and a database role and secret in each store that it uses. */
export interface ServiceConfig<StoreName extends string = string> {
  readonly uses: { readonly [K in StoreName]?: Access };
}

export interface ServiceDefinition {
  readonly name: string;
  readonly uses: Readonly<Record<string, Access>>;
}
