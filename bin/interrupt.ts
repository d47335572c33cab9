/** Ends a command's work on the first Ctrl-C or SIGTERM; a second one ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Resolves when the first signal comes. */
  readonly interrupted: Promise<NodeJS.Signals>;
  /** Gives the signals back to Node's own handling. */
  release(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Listens for the signals that end a command. The caller releases it. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let tell: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupted = new Promise<NodeJS.Signals>((resolve) => (tell = resolve));
  const onSignal = (signal: NodeJS.Signals): void => {
    release();
    controller.abort(signal);
    tell(signal);
  };
  const release = (): void => SIGNALS.forEach((signal) => void process.off(signal, onSignal));
  SIGNALS.forEach((signal) => process.on(signal, onSignal));
  return { signal: controller.signal, interrupted, release };
}
