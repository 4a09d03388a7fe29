/** Loads the next batches while the current one is in use. */

export interface PrefetchOptions {
  /** How many loads run while the consumer uses an item, at least 1. */
  readonly ahead?: number;
  /** Stops after the current item; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Results of `load` for every key, in order. While one is used, the next `ahead` (1 unless given) are loaded.
 * An error of a load is thrown in its place in the order; leaving the loop early starts no further load.
 */
export async function* prefetch<Key, Value>(
  keys: Iterable<Key>,
  load: (key: Key) => Promise<Value>,
  { ahead = 1, signal }: PrefetchOptions = {},
): AsyncGenerator<Value, void, undefined> {
  const iterator = keys[Symbol.iterator]();
  const pending: Promise<Value>[] = [];
  let exhausted = false;
  const fill = (): void => {
    while (!exhausted && pending.length < Math.max(1, ahead)) {
      const next = iterator.next();
      if (next.done) {
        exhausted = true;
        return;
      }
      const value = (async () => load(next.value))();
      // Observed here, so that a load that fails before its turn is not an unhandled rejection.
      value.catch(() => undefined);
      pending.push(value);
    }
  };
  try {
    fill();
    while (pending.length > 0) {
      signal?.throwIfAborted();
      const value = await pending.shift()!;
      fill();
      yield value;
    }
    signal?.throwIfAborted();
  } finally {
    if (!exhausted) iterator.return?.();
    await Promise.allSettled(pending);
  }
}
