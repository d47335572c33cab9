import type { Profile } from '../../lib/definition';

/** What `@default` says where it says a value: as it is written, by profile, and what is said of it beyond. */
export type WrittenDefault = Readonly<Record<Profile, string>> & { readonly more: string };

const LITERAL = String.raw`'[^']*'|\d+(?:\.\d+)?|[a-z]\w*\(\)`;
const BY_PROFILE = new RegExp(`^(${LITERAL}) in a disposable stage, (${LITERAL}) in a protected one(.*)$`);
const VALUE = new RegExp(`^(${LITERAL})(.*)$`);

/** Reads the text of `@default`; `undefined` where it says what happens instead of a value. */
export function readDefault(text: string): WrittenDefault | undefined {
  const [, disposable, ofProtected, rest = ''] = BY_PROFILE.exec(text) ?? [];
  if (disposable !== undefined && ofProtected !== undefined) {
    return { disposable, protected: ofProtected, more: rest };
  }
  const [, value, more = ''] = VALUE.exec(text) ?? [];
  return value === undefined ? undefined : { disposable: value, protected: value, more };
}
