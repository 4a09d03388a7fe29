import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, expect, it } from 'vitest';
import { arenaBytes } from '../arena.ts';
import { optimize } from '../optimize.ts';
import { fileOrder } from '../runtime-order.ts';
import { executeFile } from '../testing/executed.ts';
import { inRuntimeOrder } from '../testing/in-runtime-order.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { recomputedGradients, transformerInput, transformerParams } from '../testing/transformer.ts';
import { trace } from '../trace.ts';
import { bytesOf } from '../lifetimes.ts';
import { reserving, withReserve } from './one-region.ts';
import { separateOutputs } from './separate-outputs.ts';

beforeAll(() => useBackend('cpu'));

const shape = { batch: 8, tokens: 64, width: 128, heads: 4, blocks: 3 };
const traced = (given: typeof shape) =>
  separateOutputs(
    optimize(
      trace(
        (params, x) => recomputedGradients(params, x, given),
        [transformerParams(given), transformerInput(given)],
      ).graph,
    ),
  );

it('comes first in the runtime, asks for what the step takes and changes no result', async () => {
  const graph = traced(shape);
  const reserved = withReserve(graph)!;
  const inOne = arenaBytes(inRuntimeOrder(reserved.graph), 2 ** 40);
  const changes = reserving(reserved, inOne);
  const guided = { ...graph, nodes: reserved.graph.nodes.map((node) => changes.get(node) ?? node) };
  const planned = inRuntimeOrder(guided);
  expect(arenaBytes(planned)).toBe(inOne);
  expect(inOne).toBeLessThan(arenaBytes(inRuntimeOrder(graph)));
  const executed = await executeFile(guided, fileOrder(guided));
  expect(executed.map(({ outputs }) => outputs[0]!.id)).toEqual(
    planned.nodes.map(({ outputs }) => outputs[0]!.id),
  );
  const [first] = executed.filter(({ outputs }) => bytesOf(outputs[0]!) >= 65536);
  expect(bytesOf(first!.outputs[0]!)).toBe(inOne);
  expect(await differingOutputs(graph, guided, 0)).toEqual({});
});

it('asks for as many bytes as it is told', () => {
  const reserved = withReserve(traced({ batch: 2, tokens: 32, width: 64, heads: 2, blocks: 1 }))!;
  expect(bytesOf(reserved.reserve.outputs[0]!)).toBe(0);
  const changes = reserving(reserved, 1001);
  const after = changes.get(reserved.reserve)!;
  expect(bytesOf(after.outputs[0]!)).toBe(1004);
  const readers = [...changes.values()].filter((node) => node !== after);
  expect(readers.map(({ inputs }) => inputs[0])).toEqual([after.outputs[0]]);
});

it('is of no use where nothing is large', () => {
  expect(withReserve(traced({ batch: 1, tokens: 2, width: 4, heads: 1, blocks: 1 }))).toBeUndefined();
});
