import { describe, expect, it } from 'vitest';
import {
  broadcastShapes,
  constant,
  constantData,
  countOps,
  createValue,
  fill,
  indexGraph,
  integers,
  isFill,
  readIntegers,
  type Graph,
} from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

describe('constants', () => {
  it('of one number everywhere are kept as that number', () => {
    expect(constant(Float32Array.of(2, 2), [2], 'float32').constant).toEqual({ kind: 'fill', value: 2 });
    expect(constant(Float32Array.of(2, 3), [2], 'float32').constant).toMatchObject({ kind: 'data' });
    expect(constant(Float32Array.of(NaN, NaN), [2], 'float32').constant).toMatchObject({ kind: 'data' });
    expect(constant(new Float32Array(0), [0, 3], 'float32').constant).toMatchObject({ kind: 'data' });
    expect(() => constant(Float32Array.of(1), [2], 'float32')).toThrow('[2] holds no 1 values');
  });

  it('are written out in their type, rounded as it rounds', () => {
    expect(constantData(fill([2], 0.1, 'float32'))).toEqual(Float32Array.of(0.1, 0.1));
    expect(constantData(fill([1], -2.7, 'int32'))).toEqual(Int32Array.of(-2));
    expect(constantData(fill([2], 5, 'bool'))).toEqual(Uint8Array.of(1, 1));
    expect(constantData(fill([], 3, 'int64'))).toEqual(BigInt64Array.of(3n));
    expect(readIntegers(integers([1, -1]))).toEqual([1, -1]);
    expect(() => constantData(createValue([1], 'float32'))).toThrow('this value is not a constant');
  });

  it('are compared as float32 numbers', () => {
    expect(isFill(fill([3], 0.1, 'float32'), 0.1)).toBe(true);
    expect(isFill(constant(Float32Array.of(1, 2), [2], 'float32'), 1)).toBe(false);
    expect(isFill(undefined, 0)).toBe(false);
  });
});

it('shapes broadcast from the right, or not at all', () => {
  expect(broadcastShapes([2, 1, 3], [4, 1], [])).toEqual([2, 4, 3]);
  expect(broadcastShapes([0, 1], [1, 3])).toEqual([0, 3]);
  expect(() => broadcastShapes([2, 3], [3, 2])).toThrow('shapes [2, 3] and [3, 2] do not fit');
});

it('an index knows who makes, reads and returns a value', () => {
  const builder = new GraphBuilder();
  const x = createValue([2], 'float32');
  const y = builder.node('Mul', [x, x], [2], 'float32');
  const graph: Graph = {
    inputs: [{ name: 'x', value: x }],
    nodes: builder.nodes,
    outputs: [{ name: 'y', value: y }],
  };
  const index = indexGraph(graph);
  expect(index.producer(y)).toBe(builder.nodes[0]);
  expect(index.producer(x)).toBeUndefined();
  expect(index.consumers(x)).toEqual([builder.nodes[0], builder.nodes[0]]);
  expect([index.isOutput(y), index.isOutput(x)]).toEqual([true, false]);
  expect(countOps(graph)).toEqual({ Mul: 1 });
});
