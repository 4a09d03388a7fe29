/** Runs graphs by ONNX Runtime in this thread: for tests of what graphs compute. */
import * as ort from 'onnxruntime-node';
import { sizeOf, type Graph } from '../graph.ts';
import { separateOutputs } from '../passes/separate-outputs.ts';
import { fileOrder } from '../runtime-order.ts';
import { sessionOptions } from '../session-settings.ts';
import { toOnnx } from '../to-onnx.ts';

/** What tests feed and compare. */
export interface Numbers {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

export type NumbersByName = Readonly<Record<string, Numbers>>;

/** Reproducible numbers in about [-2, 2] that repeat at no small period. */
export function wave(shape: readonly number[], phase = 0): Numbers {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    return 1.2 * Math.sin(1.7 * i + phase) + 0.8 * Math.cos(0.61 * i * i + phase);
  });
  return { data, shape, dtype: 'float32' };
}

/** Values for every input of a graph. */
export const feedsFor = ({ inputs }: Graph): NumbersByName =>
  Object.fromEntries(inputs.map(({ name, value }, index) => [name, wave(value.shape, index)]));

/** Outputs by name. */
export async function runGraph(
  graph: Graph,
  feeds: NumbersByName = feedsFor(graph),
  threads = 1,
): Promise<NumbersByName> {
  const separate = separateOutputs(graph);
  const session = await ort.InferenceSession.create(
    toOnnx(separate, { file: fileOrder(separate) }),
    sessionOptions({ threads, provider: 'cpu' }),
  );
  try {
    const tensors = graph.inputs.map(({ name }) => {
      const { data, shape, dtype } = feeds[name]!;
      return [name, new ort.Tensor(dtype, data as never, shape)] as const;
    });
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, { data, dims, type }]) => [
        name,
        { data: data as Numbers['data'], shape: dims, dtype: type as Numbers['dtype'] },
      ]),
    );
  } finally {
    await session.release();
  }
}

/** Largest difference, relative to the largest expected number (at least 1). Infinity where NaN or ∞ differ. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [most, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const apart = Math.abs(actual[i]! - expected[i]!);
    if (!Number.isFinite(apart)) return Infinity;
    most = Math.max(most, apart);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return most / scale;
}

/** Largest difference of a number, relative to itself (at least to the smallest normal one). */
export function ownDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const scale = Math.max(2 ** -126, Math.abs(expected[i]!));
    if (!Object.is(actual[i], expected[i])) most = Math.max(most, finite(actual[i]! - expected[i]!) / scale);
  }
  return most;
}

const finite = (apart: number): number => (Number.isFinite(apart) ? Math.abs(apart) : Infinity);

/** What is wrong with `actual`, or undefined where it equals `expected` within `tolerance`. */
export function mismatch(
  actual: Numbers | undefined,
  expected: Numbers,
  tolerance: number,
  each = false,
): string | undefined {
  const form = ({ shape, dtype }: Numbers): string => `${dtype}[${shape.join(',')}]`;
  if (!actual) return 'missing';
  if (form(actual) !== form(expected)) return `${form(actual)} instead of ${form(expected)}`;
  const apart = (each ? ownDifference : difference)(actual.data, expected.data);
  return apart <= tolerance ? undefined : `differs by ${apart.toExponential(1)}`;
}

/** What two graphs of the same inputs compute differently, by output; empty where they agree. */
export async function differingOutputs(
  graph: Graph,
  other: Graph,
  tolerance = 1e-5,
): Promise<Record<string, string>> {
  const feeds = feedsFor(graph);
  const [expected, actual] = [await runGraph(graph, feeds), await runGraph(other, feeds)];
  const wrong = Object.entries(expected).map(([name, value]) => [
    name,
    mismatch(actual[name], value, tolerance),
  ]);
  return Object.fromEntries(wrong.filter(([, text]) => text !== undefined)) as Record<string, string>;
}
