import { suggestion } from './nearest-name';
import { rule } from './rule';

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
];
