/** Everybody who hears of one signal. */
interface Hearers {
  readonly all: Set<() => void>;
  readonly tell: () => void;
}

/**
 * One listener a signal, however many hear of it: of one that has more than ten, as that of a request which reads many things at once, Node warns that
 * they leak.
 */
const hearersOf = new WeakMap<AbortSignal, Hearers>();

/** Calls `hear` when `signal` aborts; returns what ends that, to be called once. */
export function onAbort(signal: AbortSignal, hear: () => void): () => void {
  const hearers = hearersOf.get(signal) ?? listenTo(signal);
  hearers.all.add(hear);
  return () => {
    hearers.all.delete(hear);
    if (hearers.all.size > 0) return;
    signal.removeEventListener('abort', hearers.tell);
    hearersOf.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Hearers {
  const all = new Set<() => void>();
  const tell = (): void => {
    for (const hear of all) hear();
  };
  const hearers = { all, tell };
  hearersOf.set(signal, hearers);
  signal.addEventListener('abort', tell, { once: true });
  return hearers;
}
