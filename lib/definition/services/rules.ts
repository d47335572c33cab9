import { suggestion } from '../faults/nearest-name';
import { rule } from '../rule';
import { PRINCIPAL } from './schema';
import { showValue } from '../faults/show-value';
import { principalsOf, type StageService } from './in-stage';
import type { StageDraft, TierDraft } from '../tier-draft';

/** A role may lie below a path, as `role/web/blue`. No wildcard: IAM takes none in a principal. */
const ROLE_OR_ROOT = /^arn:aws(-[a-z]+)*:iam::\d{12}:(root|role\/[\w+=,.@/-]{1,576})$/;

export const serviceRules = [
  rule({
    id: 'service-uses-known-store',
    when: ({ services, stores }) => {
      if (stores === undefined) return [];
      const known = stores.map(({ name }) => name);
      return services.flatMap((service) =>
        Object.keys(service.uses)
          .filter((store) => !known.includes(store))
          .map((store) => ({ path: ['services', service.name, 'uses', store], store, known })),
      );
    },
    message: ({ store, known }) => `no store "${store}", ${suggestion(store, known)}`,
  }),
  rule({
    id: 'override-of-known-service',
    when: ({ stages = [], services }) =>
      stages.flatMap((stage) =>
        stage.changedServices
          .filter((service) => !services.some(({ name }) => name === service))
          .map((service) => ({
            path: ['stages', stage.name, 'services', service],
            service,
            known: services.map(({ name }) => name),
          })),
      ),
    message: ({ service, known }) => `no service "${service}", ${suggestion(service, known)}`,
  }),
  rule({
    id: 'principal-arn',
    when: (draft) =>
      stageServices(draft).flatMap(({ service }) => principalsOf(service).filter(({ arn }) => !ROLE_OR_ROOT.test(arn))),
    message: ({ arn }) => {
      if (/:assumed-role\//.test(arn)) return `got ${showValue(arn)}, a session: name the role that it is of`;
      if (/:user\//.test(arn)) return `got ${showValue(arn)}, a user, whose keys never end: name a role`;
      return `got ${showValue(arn)}, allowed: ${PRINCIPAL}`;
    },
  }),
  rule({
    id: 'principals-differ',
    when: (draft) =>
      stageServices(draft).flatMap(({ service }) =>
        principalsOf(service).filter(
          ({ arn }, index, all) => all.findIndex((principal) => principal.arn === arn) !== index,
        ),
      ),
    message: ({ arn }) => `${arn} is listed twice`,
  }),
  rule({
    id: 'iam-has-principal',
    when: (draft) =>
      iamServices(draft).flatMap(({ service }) =>
        service.options.principal === undefined
          ? [{ path: service.origin('authentication'), service: service.name }]
          : [],
      ),
    message: ({ service }) =>
      `got iam(), but nobody could ask for a token: name the role that the service runs as in services.${service}.principal`,
  }),
  rule({
    id: 'iam-on-own-servers',
    when: (draft) =>
      iamServices(draft).flatMap(({ service, stage }) =>
        usedStores(service, stage)
          .filter((store) => store.kind === 'postgres' && store.options.origin?.kind === 'imported')
          .map((store) => ({ path: service.origin('authentication'), store: store.name })),
      ),
    message: ({ store }) =>
      `got iam(), but ${store} is imported: whether its servers take tokens is decided by who owns them; use password()`,
  }),
  rule({
    id: 'client-of-one-service',
    when: ({ stages = [] }) =>
      stages.flatMap(({ services }) =>
        services.flatMap((service, index) => {
          const id = service.options.client?.groupId;
          const other = services.slice(0, index).find(({ options }) => options.client?.groupId === id);
          return id === undefined || other === undefined
            ? []
            : [{ path: service.origin('client', 'groupId'), id, other: other.name }];
        }),
      ),
    message: ({ id, other }) =>
      `${id} is the group of service ${other} too, so that each could reach what the other uses: give this service its own`,
  }),
];

interface ServiceInStage {
  readonly service: StageService;
  readonly stage: StageDraft;
}

function stageServices({ stages = [] }: TierDraft): readonly ServiceInStage[] {
  return stages.flatMap((stage) => stage.services.map((service) => ({ service, stage })));
}

function iamServices(draft: TierDraft): readonly ServiceInStage[] {
  return stageServices(draft).filter(({ service }) => service.options.authentication?.kind === 'iam');
}

function usedStores({ uses }: StageService, { stores }: StageDraft): StageDraft['stores'] {
  return stores.filter(({ name }) => Object.hasOwn(uses, name));
}
