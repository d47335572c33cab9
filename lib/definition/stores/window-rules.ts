import { LIMITS } from '../../catalog';
import { DEFAULTS } from '../stages/profile';
import { rule, serverStores } from '../rule';
import { windowMinutes, windowsOverlap } from './window';

export const windowRules = [
  rule({
    id: 'window-length',
    when: (draft) =>
      serverStores(draft).flatMap((store) =>
        (['backup', 'maintenance'] as const).flatMap((option) => {
          const window = store.options[option]?.window;
          const minutes = window === undefined ? undefined : windowMinutes(window);
          return minutes === undefined || minutes >= LIMITS.windowMinMinutes.value
            ? []
            : [{ path: store.origin(option, 'window'), window, minutes }];
        }),
      ),
    message: ({ window, minutes }) =>
      `got "${window}", which lasts ${minutes} minutes, allowed: at least ${LIMITS.windowMinMinutes.value}`,
  }),
  rule({
    id: 'windows-apart',
    when: (draft) =>
      serverStores(draft).flatMap((store) => {
        const { backup, maintenance } = store.options;
        if (!store.isRead('backup', 'window') || !store.isRead('maintenance', 'window')) return [];
        const daily = backup?.window ?? DEFAULTS.backupWindow;
        const weekly = maintenance?.window ?? DEFAULTS.maintenanceWindow;
        if (!windowsOverlap(daily, weekly)) return [];
        const path =
          backup?.window === undefined ? store.origin('maintenance', 'window') : store.origin('backup', 'window');
        return [{ path, daily, weekly }];
      }),
    message: ({ daily, weekly }) =>
      `the daily backup window ${daily} and the maintenance window ${weekly} overlap, which AWS refuses: move one (all times are UTC)`,
  }),
];
