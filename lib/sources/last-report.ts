import type { SSMClient } from '@aws-sdk/client-ssm';
import { notInstalled, PolystoreError } from '../errors';
import { lastReportPath, NO_REPORT_YET, type StoreFamily } from '../topology';

/** Loaded when it is needed first. */
const sdk = () => import('@aws-sdk/client-ssm').catch(notInstalled('@aws-sdk/client-ssm'));

/** The longest text that a standard parameter of SSM holds, which costs nothing, in bytes. */
export const LAST_REPORT_BYTES_MAX = 4_096;

/** Where the text of the last report stands: it outlives whoever made it. */
export interface LastReportSource {
  /** Puts it in the place of the one before. At most {@link LAST_REPORT_BYTES_MAX} bytes. */
  keep(text: string): Promise<void>;
  /** @throws {PolystoreError} DOCUMENT_MISSING where no such tier is deployed, or nothing was kept yet */
  read(): Promise<string>;
}

/** How long keeping may take, in milliseconds: whoever waits for a proof waits for this too. */
const KEEP_MS = 3_000;

/**
 * The last report of a family's stores of a deployed tier: an SSM parameter, which the deployment makes, a report overwrites and SSM keeps the last hundred
 * versions of. The SDK is loaded at the first call.
 */
export class SsmLastReport implements LastReportSource {
  private readonly name: string;

  /**
   * @param prefix `/<tier>/<stage>`
   * @param client - default: one with the credentials and region of the environment
   */
  constructor(
    prefix: string,
    family: StoreFamily,
    private readonly client?: SSMClient,
  ) {
    this.name = `${prefix.replace(/\/+$/, '')}/${lastReportPath(family)}`;
  }

  async keep(text: string): Promise<void> {
    const { PutParameterCommand, SSMClient } = await sdk();
    const client = this.client ?? new SSMClient();
    await client.send(new PutParameterCommand({ Name: this.name, Value: text, Overwrite: true }), {
      abortSignal: AbortSignal.timeout(KEEP_MS),
    });
  }

  async read(): Promise<string> {
    const { GetParameterCommand, SSMClient } = await sdk();
    const client = this.client ?? new SSMClient();
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: this.name }));
      const text = Parameter?.Value ?? NO_REPORT_YET;
      if (text !== NO_REPORT_YET) return text;
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') throw this.missing('no such parameter', error);
      throw error;
    }
    throw this.missing('nothing was proven yet');
  }

  private missing(why: string, cause?: Error): PolystoreError<'DOCUMENT_MISSING'> {
    return new PolystoreError('DOCUMENT_MISSING', `no last report at ${this.name} in SSM Parameter Store: ${why}`, {
      details: { document: 'smoke report', source: this.name },
      next: 'Deploy the tier, in the account and region that the client is signed in to; its operations stack proves it.',
      ...(cause && { cause }),
    });
  }
}
