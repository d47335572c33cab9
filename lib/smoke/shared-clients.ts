/** How clients of one kind are told to be of use still, and ended. */
export interface ClientCare<C> {
  /** @default - always: it connects again by itself */
  readonly isOpen?: (client: C) => boolean;
  readonly close: (client: C) => unknown;
}

/**
 * Clients that the checks of a run share, one a server, logged in as the smoke test: to connect costs more than most checks do. Who looks for what
 * happens to others, as to strangers, has a client of its own. Whoever makes them closes them.
 */
export class SharedClients<C> {
  private readonly clients = new Map<string, Promise<C>>();

  constructor(private readonly care: ClientCare<C>) {}

  /** The client of a server: as opened by whoever asked first, or anew where that has failed or is lost. */
  of(server: string, open: () => Promise<C>): Promise<C> {
    const { isOpen = () => true } = this.care;
    const known = this.clients.get(server);
    const client = known === undefined ? open() : known.then((one) => (isOpen(one) ? one : open()), open);
    this.clients.set(server, client);
    return client;
  }

  /** Never throws. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.clients.values());
    await Promise.allSettled(
      opened.map(async (result) => (result.status === 'fulfilled' ? this.care.close(result.value) : undefined)),
    );
  }
}
