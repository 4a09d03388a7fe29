import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps } from '../graph.ts';
import { eagerly, fileDifference, shape, transformerModel } from '../testing/exportable.ts';
import { wave } from '../testing/run-graph.ts';
import { failureOf } from '../testing/told.ts';
import type { ExportableModel } from './exportable-model.ts';
import { modelGraph } from './model-graph.ts';
import { writeModel } from './write-model.ts';

beforeAll(() => useBackend('cpu'));

const pixels = (batch: number): HostTensor => wave([batch, shape.tokens, shape.width], batch);
const integers = (values: readonly number[], own: readonly number[]): HostTensor => ({
  data: Int32Array.from(values),
  shape: own,
  dtype: 'int32',
});

/** A model of `forward` over x [B, 3, 4] and the parameter w [4, 4]. */
const small = (forward: ExportableModel['forward']): ExportableModel => ({
  forward,
  parameters: { w: wave([4, 4]) },
  inputs: { x: { shape: [3, 4], dtype: 'float32' } },
});

describe('a transformer', () => {
  it.each([1, 3, 50])('runs with %i examples', async (batch) => {
    const model = await transformerModel();
    const bytes = writeModel(modelGraph(model));
    expect(await fileDifference(bytes, model, { pixel_values: pixels(batch) })).toBeLessThan(1e-5);
  });

  it('is made of standard operators, the batch size read once', async () => {
    const { graph } = modelGraph(await transformerModel());
    expect(new Set(graph.nodes.map(({ domain }) => domain))).toEqual(new Set(['']));
    expect(countOps(graph)).toMatchObject({ Shape: 1, Expand: 1, Gemm: 13, LayerNormalization: 4, Gelu: 2 });
    expect(
      graph.nodes.filter(({ op, outputs }) => op === 'LayerNormalization' && outputs.length > 1),
    ).toEqual([]);
  });

  it('has exactly the parameters that it reads, bit for bit', async () => {
    const model = await transformerModel();
    const { parameterNames } = modelGraph(model);
    const read = Object.keys(model.parameters).filter((name) => name !== 'unused');
    expect([...parameterNames.values()].sort()).toEqual(read.sort());
    for (const [{ constant }, name] of parameterNames)
      expect(constant).toEqual({ kind: 'data', data: model.parameters[name]!.data });
  });

  it('leaves no tensors behind', async () => {
    const model = await transformerModel();
    const before = tf.memory().numTensors;
    modelGraph(model);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
  });
});

describe('inputs and outputs', () => {
  it('takes whole numbers and truth values as int64', async () => {
    const model: ExportableModel = {
      forward: ({ table }, { input_ids: ids, attention_mask: mask }) => {
        const rows = tf.gather(table!, ids as tf.Tensor<tf.Rank.R2>);
        const weights = tf.expandDims(tf.cast(mask!, 'float32'), 2);
        return { logits: tf.sum(tf.mul(rows, weights), 1) };
      },
      parameters: { table: wave([7, 4]) },
      inputs: {
        input_ids: { shape: [3], dtype: 'int32' },
        attention_mask: { shape: [3], dtype: 'bool' },
      },
    };
    const { graph } = modelGraph(model);
    expect(graph.inputs.map(({ name, value }) => [name, value.dtype])).toEqual([
      ['input_ids', 'int64'],
      ['attention_mask', 'int64'],
    ]);
    const input = {
      input_ids: integers([6, 0, 3, 1, 1, 5], [2, 3]),
      attention_mask: integers([1, 1, 0, 1, 0, 0], [2, 3]),
    };
    expect(await fileDifference(writeModel({ ...modelGraph(model) }), model, input)).toBeLessThan(1e-6);
  });

  it('has several outputs where there are several', async () => {
    const model = small(({ w }, { x }) => ({
      sums: tf.sum(x!, 2),
      products: tf.reshape(tf.matMul(tf.reshape(x!, [-1, 4]), w! as tf.Tensor2D), [-1, 3, 4]),
    }));
    const input = { x: wave([5, 3, 4]) };
    expect(Object.keys(await eagerly(model, input))).toEqual(['sums', 'products']);
    expect(await fileDifference(writeModel(modelGraph(model)), model, input)).toBeLessThan(1e-6);
  });
});

it('refuses tensors that are not arguments', async () => {
  const { traceBackend } = await import('../trace-backend.ts');
  const stored = { read: () => Promise.resolve(new Float32Array(4)), release: () => undefined };
  const outside = traceBackend().adopt(stored, [4], 'float32');
  expect(await failureOf(() => modelGraph(small((_params, { x }) => ({ logits: tf.add(x!, outside) })))))
    .toMatchInlineSnapshot(`
    "error EXPORT_CAPTURE
      the forward function reads a tensor that is not one of its arguments
      fix: give it among the parameters: then it is saved under its name"
  `);
  outside.dispose();
});
