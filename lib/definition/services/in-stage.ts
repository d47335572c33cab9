import type { FaultPath } from '../faults/fault';
import type { Access, ServiceOptions } from './service';
import type { WrittenService } from './schema';

/** A service as one stage has it: what the service says, then what the stage changes. */
export interface StageService {
  readonly name: string;
  readonly stage: string;
  readonly uses: Readonly<Record<string, Access>>;
  readonly options: WrittenService;
  /** Where an option was written: in the stage where the stage changes it, else in the service. */
  origin(option: keyof ServiceOptions, ...below: FaultPath): FaultPath;
}

/** A principal, and where it is written. */
export interface WrittenPrincipal {
  readonly path: FaultPath;
  readonly arn: string;
}

/** Puts a stage's changes on top of a service. */
export function stageService(
  { name, uses, options: base }: Pick<StageService, 'name' | 'uses' | 'options'>,
  stage: string,
  overrides: WrittenService,
): StageService {
  return {
    name,
    stage,
    uses,
    options: { ...base, ...overrides },
    origin: (option, ...below) => [
      ...(overrides[option] === undefined ? [] : ['stages', stage]),
      'services',
      name,
      option,
      ...below,
    ],
  };
}

/** Whoever may act as the service; one alone may be written without a list. */
export function principalsOf({ options: { principal }, origin }: StageService): readonly WrittenPrincipal[] {
  if (principal === undefined) return [];
  if (typeof principal === 'string') return [{ path: origin('principal'), arn: principal }];
  return principal.map((arn, index) => ({ path: origin('principal', `${index}`), arn }));
}
