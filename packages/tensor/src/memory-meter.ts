/** Measures memory: bytes of live tensors, exactly, and the process as the system sees it. */
import * as tf from '@tensorflow/tfjs-core';

export interface Measurement<T> {
  readonly result: T;
  /** Most bytes alive at one time, over those alive at the start. */
  readonly peakBytes: number;
  /** Most buffers alive at one time, over those alive at the start. */
  readonly peakTensors: number;
  /** Bytes alive at the end over those alive at the start: the result, and leaks. Negative where more was freed. */
  readonly addedBytes: number;
}

type TensorInfo = ReturnType<typeof tf.engine>['state']['tensorInfo'];

/** tfjs's own table of buffers, watched. `tf.memory().numBytes` is no use: it counts a buffer once for every clone. */
class WatchedTable {
  readonly inner: TensorInfo;
  bytes = 0;
  tensors = 0;
  peakBytes = 0;
  peakTensors = 0;

  constructor(inner: TensorInfo) {
    this.inner = inner;
  }

  get(id: object): ReturnType<TensorInfo['get']> {
    return this.inner.get(id);
  }

  has(id: object): boolean {
    return this.inner.has(id);
  }

  set(id: object, info: NonNullable<ReturnType<TensorInfo['get']>>): this {
    if (!this.inner.has(id)) {
      this.bytes += info.bytes;
      this.tensors += 1;
      this.peakBytes = Math.max(this.peakBytes, this.bytes);
      this.peakTensors = Math.max(this.peakTensors, this.tensors);
    }
    this.inner.set(id, info);
    return this;
  }

  delete(id: object): boolean {
    this.bytes -= this.inner.get(id)?.bytes ?? 0;
    const deleted = this.inner.delete(id);
    if (deleted) this.tensors -= 1;
    return deleted;
  }
}

/** Puts a watched table in place; the returned function takes it away. */
function watch(): { table: WatchedTable; stop: () => void } {
  const { state } = tf.engine();
  const inner = state.tensorInfo;
  const table = new WatchedTable(inner);
  state.tensorInfo = table as unknown as TensorInfo;
  return {
    table,
    stop: () => {
      state.tensorInfo = inner;
    },
  };
}

const measurement = <T>(result: T, { bytes, peakBytes, peakTensors }: WatchedTable): Measurement<T> => ({
  result,
  peakBytes,
  peakTensors,
  addedBytes: bytes,
});

/**
 * Runs `fn` and counts the tensors alive meanwhile, intermediates of gradients included. Clones and reshapes share a
 * buffer and count once. What a single kernel allocates for itself is not seen. Measurements may nest, not overlap.
 */
export function measurePeak<T>(fn: () => T): Measurement<T> {
  const { table, stop } = watch();
  try {
    return measurement(fn(), table);
  } finally {
    stop();
  }
}

/** `measurePeak` for a function that takes its time. */
export async function measurePeakAsync<T>(fn: () => Promise<T>): Promise<Measurement<T>> {
  const { table, stop } = watch();
  try {
    return measurement(await fn(), table);
  } finally {
    stop();
  }
}

export interface ProcessMemory {
  /** Resident set now. */
  readonly rssBytes: number;
  /** Largest resident set since the process began. */
  readonly peakRssBytes: number;
}

export function rss(): ProcessMemory {
  // maxRSS is in KiB on every platform; the system may update it late.
  const rssBytes = process.memoryUsage.rss();
  return { rssBytes, peakRssBytes: Math.max(process.resourceUsage().maxRSS * 1024, rssBytes) };
}
