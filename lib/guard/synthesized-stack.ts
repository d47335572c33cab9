import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolystoreError } from '../errors';

/** A resource as a template writes it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Export?: { readonly Name?: unknown };
}

/** One stack as `cdk synth` left it on disk. */
export interface SynthesizedStack {
  readonly name: string;
  readonly terminationProtection: boolean;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, TemplateOutput>>;
  /** Where each resource stands in its stack's construct tree, by logical id: `Postgres/Primary`. */
  readonly paths: Readonly<Record<string, string>>;
  /** Names of the stacks that are deployed before it. */
  readonly dependencies: readonly string[];
  /** Policies that were accepted on purpose, as `rule: reason`. */
  readonly acknowledged: readonly string[];
}

/**
 * Reads every stack of a synthesized app, in an order in which they deploy; nothing but files.
 *
 * @param directory where `cdk synth` wrote, `cdk.out` by default
 * @throws {PolystoreError} DOCUMENT_MISSING where no app was synthesized to the directory
 */
export function readSynthesizedStacks(directory: string): readonly SynthesizedStack[] {
  const { artifacts } = readManifest(directory);
  const nameOf = (id: string): string => artifacts[id]?.properties?.stackName ?? id;
  return Object.entries(artifacts).flatMap(([id, artifact]): readonly SynthesizedStack[] => {
    const { type, properties = {}, dependencies = [] } = artifact;
    if (type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      return readSynthesizedStacks(join(directory, properties.directoryName));
    }
    if (type !== 'aws:cloudformation:stack' || properties.templateFile === undefined) return [];
    const template = readJson(join(directory, properties.templateFile)) as Template;
    return [
      {
        name: nameOf(id),
        terminationProtection: properties.terminationProtection === true,
        resources: template.Resources ?? {},
        outputs: template.Outputs ?? {},
        dependencies: dependencies
          .filter((other) => artifacts[other]?.type === 'aws:cloudformation:stack')
          .map((other) => nameOf(other)),
        ...readMetadata(directory, artifact, `/${artifact.displayName ?? id}/`),
      },
    ];
  });
}

interface Template {
  readonly Resources?: Record<string, TemplateResource>;
  readonly Outputs?: Record<string, TemplateOutput>;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly dependencies?: readonly string[];
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
  readonly properties?: {
    readonly stackName?: string;
    readonly templateFile?: string;
    readonly terminationProtection?: boolean;
    readonly directoryName?: string;
  };
}

/** Entries by construct path. */
type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

function readMetadata(
  directory: string,
  { metadata, additionalMetadataFile }: Artifact,
  root: string,
): Pick<SynthesizedStack, 'paths' | 'acknowledged'> {
  const more =
    additionalMetadataFile === undefined ? {} : (readJson(join(directory, additionalMetadataFile)) as Metadata);
  const paths: Record<string, string> = {};
  const acknowledged: string[] = [];
  for (const [path, entries] of [...Object.entries(metadata ?? {}), ...Object.entries(more)]) {
    for (const { type, data } of entries) {
      if (type === 'aws:cdk:logicalId' && typeof data === 'string') {
        paths[data] = (path.startsWith(root) ? path.slice(root.length) : path).replace(/\/Resource$/, '');
      }
      if (type === 'aws:cdk:acknowledged-rules') {
        const rules = Object.entries(data as Record<string, string>);
        acknowledged.push(...rules.map(([id, reason]) => `${id.replace(/^.*::/, '')}: ${reason}`));
      }
    }
  }
  return { paths, acknowledged };
}

function readManifest(directory: string): { readonly artifacts: Readonly<Record<string, Artifact>> } {
  try {
    return { artifacts: {}, ...(readJson(join(directory, 'manifest.json')) as object) };
  } catch (cause) {
    throw new PolystoreError('DOCUMENT_MISSING', `${directory} holds no synthesized app: no manifest.json to read`, {
      details: { document: 'cloud assembly', source: directory },
      next: 'Name a directory that `cdk synth` wrote.',
      cause,
    });
  }
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
