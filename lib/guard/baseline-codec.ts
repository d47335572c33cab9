import { z } from 'zod';
import { describeFaults, documentWords, invalidDocument } from '../errors';
import { BASELINE_VERSION, type Baseline } from './baseline';

const texts = z.record(z.string(), z.string());

const document = z.strictObject({
  version: z.literal(BASELINE_VERSION),
  tier: z.string().min(1),
  schemas: z.string().min(1),
  decisions: z.array(
    z.strictObject({
      at: z.iso.datetime(),
      reason: z.string().min(1),
      stage: z.string().min(1),
      accepted: z.array(z.string()),
    }),
  ),
  stages: z.record(
    z.string(),
    z.record(
      z.string(),
      z.strictObject({
        terminationProtection: z.boolean(),
        resources: z.record(
          z.string(),
          z.strictObject({
            type: z.string().min(1),
            path: z.string().min(1),
            createOnly: texts,
            sizes: texts,
            protections: texts,
          }),
        ),
      }),
    ),
  ),
  stacks: z.exactOptional(z.record(z.string(), z.array(z.string().min(1)))),
});

/** The baseline as JSON text, a property a line, so that a change of it reads well in a pull request. */
export const encodeBaseline = (baseline: Baseline): string => `${JSON.stringify(baseline, null, 2)}\n`;

/**
 * Reads what {@link encodeBaseline} wrote. `source` names where the text came from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID for another version, and for what is no baseline
 */
export function decodeBaseline(text: string, source: string): Baseline {
  const parsed = document.safeParse(parseJson(text, source), { error: documentWords });
  if (!parsed.success) throw invalidDocument('baseline', source, describeFaults(parsed.error), NEXT);
  return parsed.data;
}

const NEXT = `Take the file back as it was committed; this version reads baselines of version ${BASELINE_VERSION}.`;

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidDocument('baseline', source, 'not JSON', NEXT);
  }
}
