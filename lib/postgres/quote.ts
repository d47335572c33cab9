import { escapeIdentifier, escapeLiteral } from 'pg';

/** A name as an SQL identifier: always quoted, so that case and reserved words are kept. */
export const quoteIdentifier = (name: string): string => escapeIdentifier(name);

/** Text as an SQL literal, for the statements that take no parameters (CREATE ROLE, ALTER SYSTEM). */
export const quoteLiteral = (text: string): string => escapeLiteral(text);
