import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { createValue } from '../graph.ts';
import { transformerModel } from '../testing/exportable.ts';
import { readModelFile } from '../testing/model-file.ts';
import { failureOf } from '../testing/told.ts';
import { exportModel } from './export-model.ts';
import { writeModel } from './write-model.ts';

beforeAll(() => useBackend('cpu'));

describe('the file', () => {
  it('has a named batch axis, parameters under their names, and numbered helpers', async () => {
    const model = await transformerModel();
    const file = readModelFile(exportModel(model).float().bytes);
    expect([file.inputs, file.outputs, file.opset]).toEqual([
      { pixel_values: ['batch_size', 5, 8] },
      { logits: ['batch_size', 3] },
      20,
    ]);
    const names = file.initializers;
    const helpers = names.filter((name) => name.startsWith('helper.'));
    expect(names.filter((name) => !helpers.includes(name)).sort()).toEqual(
      Object.keys(model.parameters)
        .filter((name) => name !== 'unused')
        .sort(),
    );
    expect(helpers).toEqual(helpers.map((_, index) => `helper.${index}`));
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the same for the same model', async () => {
    const [first, second] = [exportModel(await transformerModel()), exportModel(await transformerModel())];
    expect(Buffer.from(first.float().bytes).equals(second.float().bytes)).toBe(true);
    expect(Buffer.from(first.int8().bytes).equals(second.int8().bytes)).toBe(true);
  });

  it('lies where transformers.js looks for it', async () => {
    const exported = exportModel(await transformerModel());
    expect([exported.float().path, exported.int8().path]).toEqual([
      'onnx/model.onnx',
      'onnx/model_quantized.onnx',
    ]);
  });
});

it('refuses more weights than a file can hold', async () => {
  const [input, output] = [createValue([1, 2], 'float32'), createValue([1, 2], 'float32')];
  // As large as it says only when it is written out.
  const huge = createValue([2 ** 15, 2 ** 15], 'float32', { kind: 'fill', value: 1 });
  const node = { op: 'Add', domain: '', inputs: [input, huge], outputs: [output], attributes: {}, mark: 0 };
  const graph = {
    inputs: [{ name: 'x', value: input }],
    nodes: [node],
    outputs: [{ name: 'y', value: output }],
  };
  expect(await failureOf(() => writeModel({ graph, parameterNames: new Map([[huge, 'w']]), shapes: {} })))
    .toMatchInlineSnapshot(`
    "error EXPORT_SIZE
      the weights have 4294967296 bytes: one ONNX file cannot hold them
      allowed: at most 2130706432 bytes"
  `);
});
