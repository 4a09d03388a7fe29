/**
 * Parts of a transformer in float64 on plain arrays, straight from their definitions: oracles for engine tests.
 *
 * Letters: N tokens, D width, O outputs, I inputs, H heads. A matrix is an array of its rows.
 */
import type { HostRecord, HostTensor } from '@mdpd/core';

export type Matrix = readonly (readonly number[])[];

/** Rows of a [R, C] host tensor, or of [1, R, C]. */
export function matrixOf({ data, shape }: HostTensor): number[][] {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width)),
  );
}

/** Example `index` of a [B, N, D] host tensor. */
export function exampleOf(tensor: HostTensor, index: number): number[][] {
  const rows = tensor.shape[1]!;
  return matrixOf(tensor).slice(index * rows, (index + 1) * rows);
}

export function map(x: Matrix, fn: (value: number, row: number, column: number) => number): number[][] {
  return x.map((row, i) => row.map((value, j) => fn(value, i, j)));
}

export function plus(a: Matrix, b: Matrix): number[][] {
  return map(a, (value, i, j) => value + b[i]![j]!);
}

/** x·Wᵀ + bias for W [O, I]. */
export function linear64(x: Matrix, weight: HostTensor, bias?: HostTensor): number[][] {
  const rows = matrixOf(weight);
  return x.map((values) => rows.map((row, o) => dot(values, row) + (bias?.data[o] ?? 0)));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

export const mean64 = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** (x − mean)/√(variance + ε) of every row. */
export function normalize64(x: Matrix, epsilon: number): number[][] {
  return x.map((row) => {
    const mean = mean64(row);
    const variance = mean64(row.map((value) => (value - mean) ** 2));
    return row.map((value) => (value - mean) / Math.sqrt(variance + epsilon));
  });
}

export function layerNorm64(x: Matrix, scale: HostTensor, shift: HostTensor, epsilon: number): number[][] {
  return map(
    normalize64(x, epsilon),
    (value, _row, column) => value * scale.data[column]! + shift.data[column]!,
  );
}

export function softmax64(values: readonly number[]): number[] {
  const top = Math.max(...values);
  const shares = values.map((value) => Math.exp(value - top));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** Multi-head attention of [N, D] queries over [N, D] keys and values. */
export function attention64(q: Matrix, k: Matrix, v: Matrix, heads: number): number[][] {
  const depth = q[0]!.length / heads;
  const part = (row: readonly number[], head: number): number[] =>
    row.slice(head * depth, (head + 1) * depth) as number[];
  return q.map((query) =>
    Array.from({ length: heads }, (_, head) => {
      const weights = softmax64(k.map((key) => dot(part(query, head), part(key, head)) / Math.sqrt(depth)));
      return Array.from({ length: depth }, (__, at) =>
        weights.reduce((sum, weight, row) => sum + weight * v[row]![head * depth + at]!, 0),
      );
    }).flat(),
  );
}

/** erf by its Taylor series, exact to 1e-10 for |x| < 4; beyond, ±1 (off by less than 2e-8). */
export function erf64(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const gelu64 = (x: number): number => 0.5 * x * (1 + erf64(x / Math.SQRT2));

/** The side network's block, from its tensors' names: pre-norm attention and MLP. */
export function sideBlock64(params: HostRecord, name: string, x: Matrix, heads: number): number[][] {
  const dense = (part: string, rows: Matrix): number[][] =>
    linear64(rows, params[`${name}.${part}.weight`]!, params[`${name}.${part}.bias`]!);
  const norm = (part: string, rows: Matrix): number[][] =>
    layerNorm64(rows, params[`${name}.${part}.weight`]!, params[`${name}.${part}.bias`]!, 1e-6);
  const normed = norm('norm_attention', x);
  const mixed = attention64(dense('query', normed), dense('key', normed), dense('value', normed), heads);
  const attended = plus(x, dense('projection', mixed));
  return plus(attended, dense('mlp_out', map(dense('mlp_in', norm('norm_mlp', attended)), gelu64)));
}

/** [H][W][C]. */
export type Grid = readonly (readonly (readonly number[])[])[];

/**
 * A 4×4 convolution of stride 2 with one pixel of zeros around, and its bias. The filters' inputs are ordered as the
 * side network's are: by quarter of the window, then by pixel of the quarter, then by channel.
 */
export function convolution64(x: Grid, weight: HostTensor, bias: HostTensor): number[][][] {
  const channels = x[0]![0]!.length;
  const filters = matrixOf(weight);
  const at = (row: number, column: number, channel: number): number => x[row]?.[column]?.[channel] ?? 0;
  const halved = (length: number): number => Math.ceil(length / 2);
  return Array.from({ length: halved(x.length) }, (_, i) =>
    Array.from({ length: halved(x[0]!.length) }, (__, j) =>
      filters.map((filter, o) => {
        let sum = bias.data[o]!;
        for (let dy = 0; dy < 4; dy++) {
          for (let dx = 0; dx < 4; dx++) {
            const quarter = 2 * (dy >> 1) + (dx >> 1);
            const pixel = 2 * (dy & 1) + (dx & 1);
            for (let c = 0; c < channels; c++) {
              sum += filter[(4 * quarter + pixel) * channels + c]! * at(2 * i + dy - 1, 2 * j + dx - 1, c);
            }
          }
        }
        return sum;
      }),
    ),
  );
}

/** The side network's convolutional stem: rectified convolutions, then a summary of everything. */
export function convStem64(params: HostRecord, name: string, grid: Grid): number[] {
  let x = grid;
  for (let level = 0; params[`${name}.conv.${level}.weight`]; level++) {
    const convolved = convolution64(
      x,
      params[`${name}.conv.${level}.weight`]!,
      params[`${name}.conv.${level}.bias`]!,
    );
    x = convolved.map((row) => row.map((values) => values.map((value) => Math.max(0, value))));
  }
  const summary = linear64([x.flat(2)], params[`${name}.summary.weight`]!, params[`${name}.summary.bias`]!);
  return map(summary, gelu64)[0]!;
}
