// `npm run conformance`: the smoke checks of every kind of store that has no engine in the package registry, on real engines; and the readers of what
// deployments publish, in Go and Java.
// What is not on the PATH is brought into a cache outside the project. Fails where an engine is missing. `--only <kind>` for some.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isPolystoreError } from '../../lib/errors';
import { ensureCertificates } from '../../lib/local/certificates';
import { tierDirectory } from '../../lib/local/tier-directory';
import { takeLock } from '../../lib/local/tier-lock';
import { startWatchdog } from '../../lib/local/watchdog';
import { cacheDirectory } from './cache';
import { Progress } from './progress';
import { proveDocumentDb } from './prove-documentdb';
import { proveDynalite, proveDynamoDb } from './prove-dynamodb';
import { proveNeptune } from './prove-neptune';
import { proveGoReader, proveJavaReader } from './prove-readers';
import { proveValkey } from './prove-valkey';
import type { Proof, Provision, Stage } from './proof';

const PROOFS = [
  proveValkey,
  proveDynalite,
  proveDynamoDb,
  proveDocumentDb,
  proveNeptune,
  proveGoReader,
  proveJavaReader,
] as readonly Proof<unknown>[];

async function main(only: readonly string[], signal: AbortSignal): Promise<number> {
  const known = PROOFS.map(({ kind }) => kind);
  const unknown = only.filter((kind) => !known.includes(kind));
  if (unknown.length > 0) {
    process.stderr.write(`unknown: ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
    return 2;
  }
  const progress = new Progress((line) => process.stdout.write(`${line}\n`));
  const root = await mkdtemp(join(tmpdir(), 'polystore-conformance-'));
  const directory = tierDirectory(root);
  const lock = await takeLock(root);
  const watchdog = startWatchdog(directory.data, lock.run);
  try {
    await watchdog.ready();
    const tls = await ensureCertificates(directory.tls);
    const provision: Provision = { cache: cacheDirectory(process.env), searchPath: process.env['PATH'] ?? '', signal };
    const proofs = PROOFS.filter(({ kind }) => only.length === 0 || only.includes(kind));
    // Downloads and builds at once, engines one after the other: each has the machine for itself.
    const provided = proofs.map((proof) => provide(proof, provision, progress));
    for (const [index, proof] of proofs.entries()) {
      const engine = await provided[index];
      if (engine === undefined) continue;
      const room = { directory, tls, ports: { kind: 'free' }, run: lock.run, guard: watchdog } as const;
      const { kind } = proof;
      const stage: Stage = {
        room,
        signal,
        prove: (subject, checks) => progress.prove(kind, subject, checks, signal),
        disprove: (subject, checks) => progress.disprove(kind, subject, checks, signal),
      };
      await attempt(progress, kind, async () => proof.prove?.(stage, engine.value));
      const { tests } = proof;
      if (tests === undefined) continue;
      const run = { suites: tests.files, programs: tests.programsOf(engine.value), ...provision };
      await attempt(progress, kind, () => progress.runTests(kind, run));
    }
    // A start that was given up may still be bringing something.
    await Promise.all(provided);
  } finally {
    await watchdog.dismiss();
    await rm(root, { recursive: true, force: true });
  }
  return progress.finish();
}

async function provide<E>(
  proof: Proof<E>,
  provision: Provision,
  progress: Progress,
): Promise<{ value: E } | undefined> {
  const began = performance.now();
  let value: { value: E } | undefined;
  await attempt(progress, proof.kind, async () => {
    value = { value: await proof.provide(provision) };
    progress.step(proof.kind, proof.describe(value.value), performance.now() - began);
  });
  return value;
}

/** An engine that is missing or does not start is a failure of its kind, and keeps no other from being proven. */
async function attempt(progress: Progress, kind: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    progress.fail(kind, reason, isPolystoreError(error) ? error.next : undefined);
  }
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } });
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort());
void main(values.only, interrupted.signal).then((code) => (process.exitCode = interrupted.signal.aborted ? 130 : code));
