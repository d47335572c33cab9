import type { ReplicaHealth, ReplicaView } from './eligibility';
import type { RoleAnswer } from './role-answer';
import type { ServerMonitor } from './server-monitor';
import type { StoreServer } from './store-server';

/** One server of a cluster, whichever role it has now: where statements run, and who watches it. */
export class Member implements ReplicaView {
  readonly name: string;

  /** Without a monitor, as behind a pooled endpoint, its lag can't be known, so it is never read as a replica. */
  constructor(
    readonly server: StoreServer,
    readonly monitor: ServerMonitor | undefined,
    readonly zone: string | undefined,
  ) {
    this.name = server.name;
  }

  get health(): ReplicaHealth {
    return this.monitor?.health ?? UNWATCHABLE;
  }

  get outstanding(): number {
    return this.server.outstanding;
  }

  /** Whether it can be told by its name from all others: only then may writes be sent to it once it is promoted. */
  get isOneServer(): boolean {
    return this.monitor?.reach === 'oneServer';
  }

  /** Who the server says that it is. Never rejects. */
  askRole(): Promise<RoleAnswer> {
    return this.monitor?.askRole() ?? this.server.askRole();
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await Promise.all([this.monitor?.close(), this.server.close()]);
  }
}

const UNWATCHABLE: ReplicaHealth = { state: 'down', reason: 'its endpoint is pooled, so its lag cannot be measured' };
