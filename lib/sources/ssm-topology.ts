import type { SSMClient } from '@aws-sdk/client-ssm';
import { notInstalled, PolystoreError } from '../errors';
import { assembleTopology, type PartDocument, type Topology } from '../topology';
import type { TopologySource } from './topology-source';

/** The parameters below a prefix that are parts of the topology; others may stand beside them. */
const PART = /^(tier|(stores|access|pools)\/.+)$/;

/**
 * The topology of a deployed tier: SSM parameters under a prefix like `/blog/prod`, a part each.
 *
 * The SDK is loaded at the first read: who never reads from AWS need not have it, nor wait for it.
 */
export class SsmTopology implements TopologySource {
  private readonly prefix: string;

  /** @param client - default: one with the credentials and region of the environment */
  constructor(
    prefix: string,
    private readonly client?: SSMClient,
  ) {
    this.prefix = prefix.replace(/\/+$/, '');
  }

  async read(): Promise<Topology> {
    const parts: PartDocument[] = [];
    const { paginateGetParametersByPath, SSMClient } = await import('@aws-sdk/client-ssm').catch(
      notInstalled('@aws-sdk/client-ssm'),
    );
    const client = this.client ?? new SSMClient();
    const pages = paginateGetParametersByPath({ client }, { Path: this.prefix, Recursive: true });
    for await (const { Parameters = [] } of pages) {
      for (const { Name = '', Value = '' } of Parameters) {
        if (PART.test(Name.slice(this.prefix.length + 1))) parts.push({ source: Name, text: Value });
      }
    }
    if (parts.length > 0) return assembleTopology(parts, this.prefix);
    throw new PolystoreError('DOCUMENT_MISSING', `no topology under ${this.prefix} in SSM Parameter Store`, {
      details: { document: 'topology', source: this.prefix },
      next: 'Deploy the tier; its prefix is /<tier>/<stage>, in the account and region that the client is signed in to.',
    });
  }
}
