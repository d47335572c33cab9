import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { ClientConfig } from 'pg';
import { PolystoreError } from '../errors';
import type { Endpoint, Trust } from '../topology';

/**
 * Of a database that only tests use: trusted by the authorities of the system, or not at all, without TLS. No topology says so: none that is read
 * from outside can switch TLS off.
 */
export type TestTrust = { readonly kind: 'system' } | { readonly kind: 'plaintext' };

/** Where RDS publishes its authorities. */
const RDS_BUNDLE = 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem';

/**
 * Whom connections to an endpoint trust. A proxy's certificate is one of Certificate Manager, whose authorities Node knows; those of RDS don't vouch
 * for it.
 * @throws {PolystoreError} DOCUMENT_MISSING where no authorities stand where the topology says
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html#rds-proxy-security.tls
 */
export function encryptionOf({ via }: Endpoint, trust: Trust | TestTrust): ClientConfig['ssl'] {
  switch (trust.kind) {
    case 'file':
      return trusting(trust.path, 'Start the tier with `npx polystore up`.');
    case 'rds':
      return via === 'direct'
        ? trusting(trust.bundlePath, `Put ${RDS_BUNDLE} there, or let the topology source name where you have it.`)
        : { rejectUnauthorized: true };
    case 'system':
      return { rejectUnauthorized: true };
    case 'plaintext':
      return false;
  }
}

/**
 * Looked at for each connection: authorities change while a pool lives, as those of a tier on this machine that is removed and started again. Where
 * they can't be read any more, those of before hold.
 */
function trusting(path: string, next: string): ClientConfig['ssl'] {
  let context = trustOf(path, next);
  return {
    get secureContext() {
      try {
        context = trustOf(path, next);
      } catch {
        // What it throws here nobody would catch.
      }
      return context;
    },
    rejectUnauthorized: true,
  };
}

/** The last that was made, and of which authorities: a process has one tier, and mostly one bundle. */
let lastTrust: { readonly authorities: string; readonly context: SecureContext } | undefined;

/** What trusts the authorities in a file, made once for all connections: to make one of all the authorities of RDS takes longer than a login. */
function trustOf(path: string, next: string): SecureContext {
  const authorities = read(path, next);
  if (lastTrust?.authorities !== authorities) {
    lastTrust = { authorities, context: createSecureContext({ ca: authorities }) };
  }
  return lastTrust.context;
}

function read(path: string, next: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PolystoreError(
      'DOCUMENT_MISSING',
      `no certificate authorities can be read at ${path}, where the topology says`,
      {
        details: { document: 'certificate authorities', source: path },
        next,
        cause,
      },
    );
  }
}
