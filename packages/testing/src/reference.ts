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

/** erf by its Taylor series, exact to 1e-12 for |x| < 4; beyond, ±1. */
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
