import { expect, it } from 'vitest';
import { countOps, fill, type Graph } from '../graph.ts';
import { graphOf, operations } from '../testing/random-graph.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { separateOutputs } from './separate-outputs.ts';

it('copies what leaves under two names, as it came, or as a constant', async () => {
  const graph = graphOf(2, [2, 2], (b, [x, y]) => {
    const sum = operations['Add']!(b, x!, y!);
    return [sum, sum, x!, x!, fill([2, 2], 3, 'float32')];
  });
  const separate = separateOutputs(graph);
  expect(countOps(separate)).toEqual({ Add: 1, Identity: 4 });
  expect(new Set(separate.outputs.map(({ value }) => value)).size).toBe(5);
  expect(separate.outputs.map(({ name }) => name)).toEqual(graph.outputs.map(({ name }) => name));
  expect(await differingOutputs(graph, separate)).toEqual({});
});

it('leaves other graphs as they are', () => {
  const graph: Graph = graphOf(1, [2, 2], (b, [x]) => [
    operations['Tanh']!(b, x!, x!),
    operations['Transpose']!(b, x!, x!),
  ]);
  expect(separateOutputs(graph)).toBe(graph);
});
