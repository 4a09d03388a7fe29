/** Random programs over square matrices: for tests that hold for any graph. */
import fc from 'fast-check';
import { createValue, integers, type Graph, type Value } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';

export type Operation = (b: GraphBuilder, x: Value, y: Value) => Value;

const binary =
  (op: string): Operation =>
  (b, x, y) =>
    b.node(op, [x, y], x.shape, 'float32');

export const operations: Readonly<Record<string, Operation>> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Max: binary('Max'),
  MatMul: binary('MatMul'),
  Tanh: (b, x) => b.node('Tanh', [x], x.shape, 'float32'),
  Transpose: (b, x) => b.node('Transpose', [x], x.shape, 'float32', { perm: { ints: [1, 0] } }),
  /** Reads x through a view. */
  View: (b, x, y) => {
    const [rows, columns] = x.shape as [number, number];
    const size = rows * columns;
    const flat = b.node('Reshape', [x, integers([size])], [size], 'float32');
    const negative = b.node('Neg', [flat], [size], 'float32');
    const turned = b.node('Reshape', [negative, integers(x.shape)], x.shape, 'float32');
    return b.node('Add', [turned, y], x.shape, 'float32');
  },
  Mean: (b, x, y) => {
    const mean = b.node('ReduceMean', [x, integers([0, 1])], [1, 1], 'float32', { keepdims: { int: 1 } });
    return b.node('Sub', [y, mean], x.shape, 'float32');
  },
  Split: (b, x, y) => {
    const [rows, columns] = x.shape as [number, number];
    const half = { shape: [rows, columns / 2], dtype: 'float32' as const };
    const [left, right] = b.nodeOf('Split', [x], [half, half], { axis: { int: 1 }, num_outputs: { int: 2 } });
    const joined = b.node('Concat', [right!, left!], x.shape, 'float32', { axis: { int: 1 } });
    return b.node('Max', [joined, y], x.shape, 'float32');
  },
};

export interface RandomGraphOptions {
  /** Even: rows and columns of every value. */
  readonly size: number;
  readonly inputs: number;
  readonly least: number;
  readonly most: number;
}

/** A graph of inputs `in.<n>` and as many outputs `out.<n>`, which are among the last values computed. */
export function randomGraphs({ size, inputs, least, most }: RandomGraphOptions): fc.Arbitrary<Graph> {
  const instruction = fc.tuple(fc.constantFrom(...Object.keys(operations)), fc.nat(), fc.nat());
  return fc
    .tuple(
      fc.array(instruction, { minLength: least, maxLength: most }),
      fc.array(fc.nat(), { minLength: inputs, maxLength: inputs }),
    )
    .map(([program, results]) =>
      graphOf(inputs, [size, size], (b, given) => {
        const values = [...given];
        for (const [op, x, y] of program) {
          // Growing products are tamed, so that no difference hides behind infinity.
          const value = operations[op]!(b, values[x % values.length]!, values[y % values.length]!);
          values.push(op === 'MatMul' ? operations['Tanh']!(b, value, value) : value);
        }
        const made = values.slice(inputs);
        return results.map((result) => made[made.length - 1 - (result % Math.min(made.length, 5))]!);
      }),
    );
}

export function graphOf(
  inputs: number,
  shape: readonly number[],
  make: (b: GraphBuilder, inputs: readonly Value[]) => readonly Value[],
): Graph {
  const builder = new GraphBuilder();
  const values = Array.from({ length: inputs }, () => createValue(shape, 'float32'));
  const outputs = make(builder, values);
  return {
    inputs: values.map((value, index) => ({ name: `in.${index}`, value })),
    nodes: builder.nodes,
    outputs: outputs.map((value, index) => ({ name: `out.${index}`, value })),
  };
}
