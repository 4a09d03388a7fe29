import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createValue, fill, integers, type Graph, type Value } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { inPlacePairs } from './in-place.ts';
import { schedule } from './schedule.ts';
import { sessionOptions } from './session-settings.ts';
import { graphOf, operations, randomGraphs, type Operation } from './testing/random-graph.ts';
import { wave } from './testing/run-graph.ts';
import { toOnnx } from './to-onnx.ts';

const shape = [4, 4];

const ofTwo = (make: (b: GraphBuilder, inputs: readonly Value[]) => readonly Value[]): Graph =>
  graphOf(2, shape, make);

const pairsOf = ({ outputs }: Graph): Map<string, string> =>
  new Map(outputs.map(({ name }) => [name, name.replace('out', 'in')]));

const inPlace = (graph: Graph, inOrder: boolean): string[] => [
  ...inPlacePairs(graph, pairsOf(graph), inOrder),
];

describe('a result may take the place of its input', () => {
  const only = (make: Operation): Graph => ofTwo((b, [x, y]) => [make(b, x!, y!)]);

  it.each(['Add', 'Sub', 'Max', 'Tanh'])('where %s reads each number before it writes it', (op) => {
    expect(inPlace(only(operations[op]!), false)).toEqual(['out.0']);
  });

  it.each(['MatMul', 'Transpose'])('not where %s reads others after it has written some', (op) => {
    expect(inPlace(only(operations[op]!), false)).toEqual([]);
    expect(inPlace(only(operations[op]!), true)).toEqual([]);
  });

  it('where everything that reads the input is what the result is made of, through views too', () => {
    const graph = ofTwo((b, [x, y]) => [operations['View']!(b, x!, operations['MatMul']!(b, x!, y!))]);
    expect(inPlace(graph, false)).toEqual(['out.0']);
  });

  it('where something else reads the input, only if it comes first and the order is known', () => {
    const graph = ofTwo((b, [x, y]) => {
      const reader = operations['MatMul']!(b, y!, x!);
      return [operations['Tanh']!(b, x!, x!), operations['Sub']!(b, y!, reader)];
    });
    expect(inPlace(graph, true)).toEqual(['out.0', 'out.1']);
    expect(inPlace(graph, false)).toEqual(['out.1']);
    const [reader, writer, last] = graph.nodes;
    const turned = { ...graph, nodes: [writer!, reader!, last!] };
    expect(inPlace(turned, true)).toEqual(['out.1']);
  });

  it('not where a view of the input is read later', () => {
    const graph = ofTwo((b, [x, y]) => {
      const view = b.node('Reshape', [x!, integers([16])], [16], 'float32');
      const next = operations['Add']!(b, x!, y!);
      const sum = b.node('ReduceMax', [view, integers([0])], [1], 'float32', { keepdims: { int: 1 } });
      return [next, b.node('Add', [y!, sum], shape, 'float32')];
    });
    expect(inPlace(graph, true)).not.toContain('out.0');
  });

  it('not where it is broadcast, of another shape or type, a constant, or an input itself', () => {
    const builder = new GraphBuilder();
    const row = createValue([1, 4], 'float32');
    const whole = createValue(shape, 'float32');
    const flags = createValue(shape, 'bool');
    const graph: Graph = {
      inputs: [row, whole, flags, row].map((value, index) => ({ name: `in.${index}`, value })),
      nodes: builder.nodes,
      outputs: [
        builder.node('Add', [row, whole], shape, 'float32'),
        builder.node('Greater', [whole, row], shape, 'bool'),
        builder.node('Cast', [flags], shape, 'float32', { to: { int: 1 } }),
        row,
      ].map((value, index) => ({ name: `out.${index}`, value })),
    };
    expect(inPlace(graph, true)).toEqual([]);
    const constant = graphOf(1, shape, () => [fill(shape, 1, 'float32')]);
    expect(inPlace(constant, true)).toEqual([]);
  });
});

/** Runs a graph with results in buffers of their own, or in those of the inputs that they may replace. */
async function outcome(given: Graph, replacing: boolean): Promise<number[][]> {
  const { graph, file } = schedule(given);
  const safe = new Set(replacing ? inPlace(graph, true) : []);
  const session = await ort.InferenceSession.create(
    toOnnx(graph, { file, hideShapes: true }),
    sessionOptions({ threads: 1, provider: 'cpu' }),
  );
  const tensor = (data: Float32Array): ort.Tensor => new ort.Tensor('float32', data, shape);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name }, index) => [name, tensor(wave(shape, index).data as Float32Array)]),
  );
  const fetches = Object.fromEntries(
    graph.outputs.map(({ name }) => [
      name,
      safe.has(name) ? feeds[name.replace('out', 'in')]! : tensor(new Float32Array(16)),
    ]),
  );
  await session.run(feeds, fetches);
  await session.release();
  return graph.outputs.map(({ name }) => Array.from(fetches[name]!.data as Float32Array));
}

it('changes no result of any program', async () => {
  let replaced = 0;
  await fc.assert(
    fc.asyncProperty(randomGraphs({ size: 4, inputs: 3, least: 3, most: 14 }), async (graph) => {
      replaced += inPlace(schedule(graph).graph, true).length;
      expect(await outcome(graph, true)).toEqual(await outcome(graph, false));
    }),
    { numRuns: 50, seed: 7 },
  );
  expect(replaced).toBeGreaterThan(10);
});
