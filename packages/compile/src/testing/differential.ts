/** Compares compiled functions, values and gradients, with what tfjs's `cpu` backend computes. */
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { outputsAndVjp } from '@mdpd/tensor/vjp';
import type { TensorRecord } from '@mdpd/core';
import type { Graph } from '../graph.ts';
import { optimize } from '../optimize.ts';
import { trace } from '../trace.ts';
import { mismatch, runGraph, wave, type Numbers, type NumbersByName } from './run-graph.ts';

export interface Case {
  readonly name: string;
  readonly fn: (...operands: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[];
  readonly operands: readonly Numbers[];
  /** false: values alone, where tfjs has no gradient. */
  readonly gradient?: boolean;
  /** Largest difference, relative to the largest number (at least 1). */
  readonly tolerance?: number;
  /** Every number is compared relative to itself. */
  readonly each?: boolean;
}

export const defaultTolerance = 1e-5;

const upload = ({ data, shape, dtype }: Numbers): tf.Tensor => tf.tensor(data.slice(), [...shape], dtype);

const isFloat = ({ dtype }: { readonly dtype: tf.DataType }): boolean => dtype === 'float32';

/** Outputs `y<n>` and, for every float operand, the gradient `g<n>` of Σ ⟨output, fixed numbers⟩. */
function evaluate({ name, fn, gradient = true }: Case, operands: readonly tf.Tensor[]): TensorRecord {
  const all = (given: readonly tf.Tensor[]): TensorRecord => {
    try {
      const result = fn(...given);
      const outputs = result instanceof tf.Tensor ? [result] : result;
      return Object.fromEntries(outputs.map((output, index) => [`y${index}`, output]));
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  const differentiated = operands.map((_, index) => index).filter((index) => isFloat(operands[index]!));
  const values = all(operands);
  const floats = Object.entries(values).filter(([, output]) => isFloat(output));
  if (!gradient || differentiated.length === 0 || floats.length === 0) return values;
  const cotangents = floats.map(([key, { shape }], index) => [key, upload(wave(shape, 0.4 + index))]);
  const inputs = Object.fromEntries(differentiated.map((index) => [`g${index}`, operands[index]!]));
  const { gradients } = outputsAndVjp(
    (given) => all(operands.map((operand, index) => given[`g${index}`] ?? operand)),
    inputs,
    Object.fromEntries(cotangents) as TensorRecord,
  );
  return { ...values, ...gradients };
}

const keyOf = (index: number): string => `case${index}`;

const evaluateAll = (
  cases: readonly Case[],
  operands: readonly (readonly tf.Tensor[])[],
): Record<string, TensorRecord> =>
  Object.fromEntries(cases.map((each, index) => [keyOf(index), evaluate(each, operands[index]!)]));

function expectedResults(cases: readonly Case[]): NumbersByName {
  const expected: Record<string, Numbers> = {};
  tf.tidy(() => {
    const operands = cases.map((each) => each.operands.map(upload));
    for (const [key, record] of Object.entries(evaluateAll(cases, operands))) {
      for (const [output, tensor] of Object.entries(record)) {
        const { shape, dtype } = tensor;
        const data = tensor.dataSync().slice() as Numbers['data'];
        expected[`out.${key}.${output}`] = { data, shape, dtype: dtype as Numbers['dtype'] };
      }
    }
  });
  return expected;
}

/** The graph of all cases; its inputs are their operands, in order. */
export function traceAll(cases: readonly Case[]): Graph {
  const tensors = cases.map(({ operands }) => operands.map(upload));
  const { graph } = trace((...args: (readonly tf.Tensor[])[]) => evaluateAll(cases, args), tensors);
  tf.dispose(tensors as unknown as tf.TensorContainer);
  return graph;
}

/** Every case compiled, with operands as inputs of the graph. */
async function compiledResults(cases: readonly Case[]): Promise<NumbersByName> {
  const given = cases.flatMap(({ operands }) => operands);
  const graph = traceAll(cases);
  return runGraph(optimize(graph), Object.fromEntries(graph.inputs.map(({ name }, i) => [name, given[i]!])));
}

/** Every case compiled, with operands as constants of the graph: folding must not change a result. */
async function foldedResults(cases: readonly Case[]): Promise<NumbersByName> {
  const { graph } = trace(
    () =>
      evaluateAll(
        cases,
        cases.map(({ operands }) => operands.map(upload)),
      ),
    [],
  );
  return runGraph(optimize(graph), {});
}

/** What differs, by case and output: empty where all agree. `cpu` is the backend afterwards. */
export async function differingCases(cases: readonly Case[]): Promise<Record<string, string>> {
  await useBackend('cpu');
  const expected = expectedResults(cases);
  const wrong: Record<string, string> = {};
  for (const [how, results] of [
    ['compiled', await compiledResults(cases)],
    ['of constants', await foldedResults(cases)],
  ] as const) {
    for (const [key, value] of Object.entries(expected)) {
      const [, at, output] = key.split('.') as [string, string, string];
      const { name, tolerance = defaultTolerance, each } = cases[Number(at.slice('case'.length))]!;
      const text = mismatch(results[key], value, tolerance, each);
      if (text) wrong[`${name}, ${output}, ${how}`] = text;
    }
  }
  return wrong;
}
