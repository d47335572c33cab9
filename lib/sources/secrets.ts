/** What a database role logs in with. `password` is non-enumerable where the kit makes one, so that it is never serialized by accident. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Finds credentials by the names that a topology gives. */
export interface SecretSource {
  /** @throws {PolystoreError} DOCUMENT_MISSING where no such secret exists */
  read(name: string): Promise<Credentials>;
}
