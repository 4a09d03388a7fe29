import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps } from '../graph.ts';
import { fileDifference, shape, transformerModel } from '../testing/exportable.ts';
import { wave } from '../testing/run-graph.ts';
import { textModel, texts } from '../testing/text-model.ts';
import type { ExportableModel } from './exportable-model.ts';
import { modelGraph } from './model-graph.ts';
import { quantizeModel, type QuantizedModel } from './quantize-model.ts';
import { writeModel } from './write-model.ts';

beforeAll(() => useBackend('cpu'));

async function quantizedTransformer(): Promise<{ model: ExportableModel; quantized: QuantizedModel }> {
  const model = await transformerModel();
  return { model, quantized: quantizeModel(modelGraph(model)) };
}

describe('quantizeModel', () => {
  it('quantizes the linear layers of the blocks; activations that several read, once', async () => {
    const { quantized } = await quantizedTransformer();
    const parts = ['query', 'key', 'value', 'projection', 'in', 'out'];
    const expected = [0, 1].flatMap((block) => parts.map((part) => `${block}.${part}.weight`));
    expect([...quantized.quantized].sort()).toEqual(expected.sort());
    expect(countOps(quantized.model.graph)).toMatchObject({
      MatMulInteger: 12,
      DynamicQuantizeLinear: 8,
      Gemm: 1,
    });
  });

  it('names the parts of a weight after it, and drops the weight', async () => {
    const { model, quantized } = await quantizedTransformer();
    const names = [...quantized.model.parameterNames.values()];
    const block = names.filter((name) => name.startsWith('0.in.')).sort();
    expect(block).toEqual([
      '0.in.bias',
      '0.in.weight_quantized',
      '0.in.weight_scale',
      '0.in.weight_zero_point',
    ]);
    const kept = names.filter((name) => name in model.parameters);
    expect(kept).toContain('head.weight');
    const shapes = new Map(
      [...quantized.model.parameterNames].map(([{ shape: own, dtype }, name]) => [name, `${dtype} ${own}`]),
    );
    expect(shapes.get('0.in.weight_quantized')).toBe(`int8 ${shape.width},${4 * shape.width}`);
    expect(shapes.get('0.in.weight_scale')).toBe(`float32 ${4 * shape.width}`);
  });

  it.each([1, 3])('computes nearly the same, with %i examples', async (batch) => {
    const { model, quantized } = await quantizedTransformer();
    const input = { pixel_values: wave([batch, shape.tokens, shape.width], batch) };
    const apart = await fileDifference(writeModel(quantized.model), model, input);
    expect(apart).toBeLessThan(0.03);
    expect(apart).toBeGreaterThan(1e-5);
  });

  it.each([1, 7, 16])('computes nearly the same of texts of %i tokens', async (length) => {
    const model = await textModel();
    const { model: small, quantized } = quantizeModel(modelGraph(model));
    expect(quantized).toHaveLength(12);
    const apart = await fileDifference(writeModel(small), model, texts(3, length));
    expect(apart).toBeLessThan(0.05);
    expect(apart).toBeGreaterThan(1e-5);
  });
});
