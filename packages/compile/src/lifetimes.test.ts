import { expect, it } from 'vitest';
import { integers, type Value } from './graph.ts';
import { memoryOwners, memoryPeak } from './lifetimes.ts';
import { graphOf, operations } from './testing/random-graph.ts';

const { Add, MatMul, Tanh, Transpose } = operations;
const bytes = 4 * 4 * 4;

it('counts what is alive at the worst moment, without inputs and outputs', () => {
  const made: Value[] = [];
  const graph = graphOf(1, [4, 4], (b, [x]) => {
    const [a, c, d] = [Transpose!(b, x!, x!), MatMul!(b, x!, x!), MatMul!(b, x!, x!)];
    const sum = MatMul!(b, a, c);
    const last = MatMul!(b, sum, d);
    made.push(a, c, d, sum);
    return [last];
  });
  const { bytes: peak, node, alive } = memoryPeak(graph);
  // a, c and d wait for the product of the first two, which is the fourth.
  expect([peak, node]).toEqual([4 * bytes, 3]);
  expect(new Set(alive)).toEqual(new Set(made));
});

it('lets an elementwise result take over the memory of an operand that nothing reads any more', () => {
  const once = graphOf(1, [4, 4], (b, [x]) => {
    const product = MatMul!(b, x!, x!);
    return [MatMul!(b, Tanh!(b, product, product), x!)];
  });
  expect(memoryPeak(once).bytes).toBe(bytes);
  const twice = graphOf(1, [4, 4], (b, [x]) => {
    const product = MatMul!(b, x!, x!);
    return [MatMul!(b, Tanh!(b, product, product), product)];
  });
  expect(memoryPeak(twice).bytes).toBe(2 * bytes);
});

it('counts a view as the memory that it shows, for as long as it is read', () => {
  const views: Value[] = [];
  const graph = graphOf(1, [4, 4], (b, [x]) => {
    const product = MatMul!(b, x!, x!);
    const flat = b.node('Reshape', [product, integers([16])], [16], 'float32');
    const wide = b.node('Reshape', [flat, integers([2, 8])], [2, 8], 'float32');
    views.push(product, flat, wide);
    const other = MatMul!(b, x!, x!);
    const back = b.node('Reshape', [wide, integers([4, 4])], [4, 4], 'float32');
    return [MatMul!(b, other, back), Add!(b, x!, x!)];
  });
  expect(memoryPeak(graph).bytes).toBe(2 * bytes);
  const ownerOf = memoryOwners(graph);
  expect(views.map(ownerOf)).toEqual([views[0], views[0], views[0]]);
});

it('is nothing for a graph of inputs and outputs alone', () => {
  expect(memoryPeak(graphOf(1, [4, 4], (b, [x]) => [Tanh!(b, x!, x!)]))).toEqual({
    bytes: 0,
    node: -1,
    alive: [],
  });
});
