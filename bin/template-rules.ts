import { TemplateRules } from '../lib/stacks/template-rules';

/** CloudFormation's own rules, which get ready from now on; none where they are turned off, as `cdk synth --no-validation` does. */
export const startTemplateRules = (): TemplateRules | undefined =>
  process.env['CDK_VALIDATION'] === 'false' ? undefined : new TemplateRules(tellOfLostThread);

function tellOfLostThread(why: string): void {
  process.stderr.write(
    `- the thread of CloudFormation's rules was lost (${why}): they are judged without it, which takes longer\n`,
  );
}
