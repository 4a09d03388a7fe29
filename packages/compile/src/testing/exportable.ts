/** Small models to export, and what they compute eagerly: for tests. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, HostTensor, Params, TensorRecord } from '@mdpd/core';
import type { ExportableModel } from '../export/exportable-model.ts';
import { openModelFile } from '../export/run-model.ts';
import { difference, wave } from './run-graph.ts';
import { transformer, transformerParams, type TransformerShape } from './transformer.ts';

export const shape: TransformerShape = { batch: 1, tokens: 5, width: 8, heads: 2, blocks: 2 };

/** The transformer of the tests, with a class token that is repeated for every example. */
export async function transformerModel(): Promise<ExportableModel> {
  const params = transformerParams(shape);
  const parameters: HostRecord = {};
  for (const [name, tensor] of Object.entries(params)) {
    parameters[name] = {
      data: (await tensor.data()) as Float32Array,
      shape: tensor.shape,
      dtype: 'float32',
    };
  }
  tf.dispose(params);
  parameters['class_token'] = wave([1, 1, shape.width], 3);
  parameters['unused'] = wave([4], 1);
  return {
    forward: ({ class_token: token, ...rest }, { pixel_values: pixels }) => {
      const batch = pixels!.shape[0]!;
      const classes = tf.add(token!, tf.zeros([batch, 1, shape.width]));
      const tokens = tf.concat([classes, tf.slice(pixels!, [0, 1, 0], [-1, -1, -1])], 1);
      return { logits: transformer(rest, tokens, { ...shape, batch }) };
    },
    parameters,
    inputs: { pixel_values: { shape: [shape.tokens, shape.width], dtype: 'float32' } },
  };
}

/** Eagerly computed outputs. */
export async function eagerly(model: ExportableModel, input: HostRecord): Promise<HostRecord> {
  const tensors = tf.tidy(() => model.forward(upload(model.parameters), upload(input)) as TensorRecord);
  const outputs: HostRecord = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const data = (await tensor.data()) as HostTensor['data'];
    outputs[name] = { data, shape: tensor.shape, dtype: tensor.dtype as HostTensor['dtype'] };
  }
  tf.dispose(tensors);
  return outputs;
}

const upload = (record: HostRecord): Params =>
  Object.fromEntries(
    Object.entries(record).map(([name, { data, shape, dtype }]) => [
      name,
      tf.tensor(data, [...shape], dtype),
    ]),
  );

/** Largest relative difference between a file's outputs and the eager ones; Infinity where shapes differ. */
export async function fileDifference(
  bytes: Uint8Array,
  model: ExportableModel,
  input: HostRecord,
): Promise<number> {
  const file = await openModelFile(bytes);
  try {
    const [actual, expected] = [await file.run(input), await eagerly(model, input)];
    const names = Object.keys(expected);
    if (names.join() !== file.outputs.join()) return Infinity;
    const each = names.map((name) =>
      String(actual[name]!.shape) === String(expected[name]!.shape)
        ? difference(actual[name]!.data, expected[name]!.data)
        : Infinity,
    );
    return Math.max(...each);
  } finally {
    await file.release();
  }
}
