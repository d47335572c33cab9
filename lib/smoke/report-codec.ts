import * as z from 'zod/mini';
import { PolystoreError } from '../errors';
import { SMOKE_REPORT_VERSION, type SmokeReport } from './report';

const text = z.string().check(z.minLength(1));
const count = z.int().check(z.gte(0));
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const evidence = z.record(
  z.string(),
  z.union([scalar, z.array(z.string()), z.record(z.string(), z.union([z.string(), z.number()]))]),
);
const common = { store: text, subject: text, check: text, promise: text, durationMs: z.number() };

const report = z.object({
  version: z.literal(SMOKE_REPORT_VERSION),
  tier: text,
  stage: text,
  world: z.enum(['aws', 'local']),
  run: text,
  startedAt: text,
  durationMs: z.number(),
  counts: z.object({ passed: count, failed: count, skipped: count }),
  outcomes: z.array(
    z.discriminatedUnion('status', [
      z.object({ status: z.literal('passed'), ...common, evidence }),
      z.object({
        status: z.literal('failed'),
        ...common,
        evidence,
        reason: text,
        unaffected: text,
        next: text,
        notes: z.exactOptional(z.array(z.string())),
      }),
      z.object({ status: z.literal('skipped'), ...common, reason: text }),
    ]),
  ),
});

/**
 * Reads a report that came as JSON. `source` names where from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID for another version or shape
 */
export function decodeSmokeReport(value: unknown, source: string): SmokeReport {
  const parsed = report.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new PolystoreError('DOCUMENT_INVALID', `smoke report of ${source} can't be read: ${issues}`, {
    details: { document: 'smoke report', source },
    next: `This version reads reports of version ${SMOKE_REPORT_VERSION}; use the version of the kit that is deployed.`,
  });
}
