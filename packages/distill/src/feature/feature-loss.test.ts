import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, HostTensor } from '@mdpd/core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { hostTensor, upload } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { relativeDifference } from '@mdpd/testing/differences';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { uploadAll } from '@mdpd/testing/model-under-test';
import {
  dot,
  exampleOf,
  map,
  matrixOf,
  mean64,
  normalize64,
  plus,
  sideBlock64,
} from '@mdpd/testing/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawTensors } from '../specs.ts';
import {
  featureLayers,
  featureLosses,
  featurePlan,
  maskName,
  meanLoss,
  type FeatureLayers,
} from './feature-loss.ts';

const featureLoss = (...args: Parameters<typeof featureLosses>): tf.Scalar =>
  meanLoss(featureLosses(...args));
import { drawTokenMask } from './mask.ts';

const [batch, tokens, width, sideWidth, rank] = [2, 5, 8, 4, 3];
const backbone = tinyBackbone({ blocks: 4, tokens, width });

const normal = (shape: number[], label: string, scale = 1): HostTensor => {
  const random = createRandom(5, label);
  return hostTensor(
    Array.from({ length: shape.reduce((size, axis) => size * axis, 1) }, () => scale * random.normal()),
    shape,
  );
};

/** Everything that a feature loss reads, with noise on every tensor so that no part is trivially absent. */
function scene(layers: FeatureLayers): {
  params: HostRecord;
  sides: HostRecord;
  taps: HostTensor[];
  mask?: HostTensor;
} {
  const plan = featurePlan(backbone, 'main', layers, sideWidth, rank);
  const first = drawTensors(plan, createRandom(3));
  const params = Object.fromEntries(
    Object.entries(first).map(([name, { data, shape }]) => {
      const noise = normal([...shape], name, 0.3).data;
      return [
        name,
        hostTensor(
          Float32Array.from(data, (value, i) => value + noise[i]!),
          shape,
        ),
      ];
    }),
  );
  const sides = Object.fromEntries(
    [...layers.shallow, ...layers.deep].map((layer) => [
      String(layer),
      normal([batch, tokens, sideWidth], `s${layer}`),
    ]),
  );
  const taps = Array.from({ length: 5 }, (_, layer) =>
    normal([batch, tokens, width], `h${layer}`, 1 + 3 * layer),
  );
  const shape = { layers: layers.deep.length, batch, tokens };
  return {
    params,
    sides,
    taps,
    mask: shape.layers > 0 ? drawTokenMask(createRandom(9), shape, 0.5) : undefined,
  };
}

function run(layers: FeatureLayers, { params, sides, taps, mask }: ReturnType<typeof scene>): tf.Scalar {
  return featureLoss(
    uploadAll(params),
    'main',
    layers,
    new Map(Object.entries(sides).map(([layer, state]) => [Number(layer), upload(state)])),
    taps.map((tap) => ({ main: upload(tap) })),
    mask ? { [maskName('main')]: upload(mask) } : {},
  );
}

/** The definition in float64: project, hide, generate, project up, compare with the normalised tap. */
function reference(layers: FeatureLayers, { params, sides, taps, mask }: ReturnType<typeof scene>): number {
  const lossOf = (layer: number, deepIndex: number | undefined): number => {
    const name = `feature.main.${layer}`;
    const [down, up] = [matrixOf(params[`${name}.down`]!), matrixOf(params[`${name}.up`]!)];
    const product = (x: readonly (readonly number[])[], m: number[][]): number[][] =>
      x.map((row) =>
        m[0]!.map((_, column) =>
          dot(
            row,
            m.map((values) => values[column]!),
          ),
        ),
      );
    const errors = Array.from({ length: batch }, (_, example) => {
      let code = product(exampleOf(sides[String(layer)]!, example), down);
      if (deepIndex !== undefined) {
        const token = params[`${name}.mask_token`]!.data;
        const hidden = (row: number): boolean =>
          mask!.data[(deepIndex * batch + example) * tokens + row] === 1;
        const masked = map(code, (value, row, column) => (hidden(row) ? token[column]! : value));
        code = sideBlock64(
          params,
          `${name}.generator`,
          plus(masked, matrixOf(params[`${name}.positions`]!)),
          1,
        );
      }
      const teacher = normalize64(exampleOf(taps[layer]!, example), 1e-6);
      return map(product(code, up), (value, row, column) => (value - teacher[row]![column]!) ** 2).flat();
    });
    return mean64(errors.flat());
  };
  return mean64([
    ...layers.shallow.map((layer) => lossOf(layer, undefined)),
    ...layers.deep.map((layer, index) => lossOf(layer, index)),
  ]);
}

describe('featureLayers', () => {
  it.each([
    ['hierarchical', 2, { shallow: [1, 2], deep: [3, 4] }],
    ['hierarchical', 0, { shallow: [], deep: [1, 2, 3, 4] }],
    ['hierarchical', 4, { shallow: [1, 2, 3, 4], deep: [] }],
    ['hierarchical', 9, { shallow: [1, 2, 3, 4], deep: [] }],
    ['imitate', 2, { shallow: [1, 2, 3, 4], deep: [] }],
    ['generate', 2, { shallow: [], deep: [1, 2, 3, 4] }],
    ['none', 2, { shallow: [], deep: [] }],
  ] as const)('splits four layers, %s at %i', (mode, boundary, expected) => {
    expect(featureLayers([1, 2, 3, 4], mode, boundary)).toEqual(expected);
  });

  it('splits by the number of the block, not by its place in the list', () => {
    expect(featureLayers([2, 7, 9], 'hierarchical', 7)).toEqual({ shallow: [2, 7], deep: [9] });
  });
});

describe('featurePlan', () => {
  it('has couplers for every layer, and token, positions and generator for deep ones alone', () => {
    const plan = featurePlan(backbone, 'main', { shallow: [1], deep: [4] }, sideWidth, rank);
    const shapes = Object.fromEntries(
      Object.entries(plan).map(([name, { shape }]) => [name, shape.join('×')]),
    );
    expect(shapes).toMatchInlineSnapshot(`
      {
        "feature.main.1.down": "4×3",
        "feature.main.1.up": "3×8",
        "feature.main.4.down": "4×3",
        "feature.main.4.generator.key.bias": "3",
        "feature.main.4.generator.key.weight": "3×3",
        "feature.main.4.generator.mlp_in.bias": "6",
        "feature.main.4.generator.mlp_in.weight": "6×3",
        "feature.main.4.generator.mlp_out.bias": "3",
        "feature.main.4.generator.mlp_out.weight": "3×6",
        "feature.main.4.generator.norm_attention.bias": "3",
        "feature.main.4.generator.norm_attention.weight": "3",
        "feature.main.4.generator.norm_mlp.bias": "3",
        "feature.main.4.generator.norm_mlp.weight": "3",
        "feature.main.4.generator.projection.bias": "3",
        "feature.main.4.generator.projection.weight": "3×3",
        "feature.main.4.generator.query.bias": "3",
        "feature.main.4.generator.query.weight": "3×3",
        "feature.main.4.generator.value.bias": "3",
        "feature.main.4.generator.value.weight": "3×3",
        "feature.main.4.mask_token": "3",
        "feature.main.4.positions": "1×5×3",
        "feature.main.4.up": "3×8",
      }
    `);
  });

  it('is empty without layers', () => {
    expect(featurePlan(backbone, 'main', { shallow: [], deep: [] }, sideWidth, rank)).toEqual({});
  });
});

describe.each<PortableBackend>(['cpu', 'wasm'])('featureLoss on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each<[string, FeatureLayers]>([
    ['imitation', { shallow: [1, 3], deep: [] }],
    ['generation', { shallow: [], deep: [2, 4] }],
    ['both', { shallow: [1, 2], deep: [3, 4] }],
  ])('equals its definition in float64: %s', (_name, layers) => {
    const given = scene(layers);
    expect(relativeDifference(run(layers, given).dataSync(), [reference(layers, given)])).toBeLessThan(1e-5);
  });

  it('is zero without layers', () => {
    expect(run({ shallow: [], deep: [] }, scene({ shallow: [], deep: [] })).dataSync()[0]).toBe(0);
  });

  it('does not see the hidden tokens of a deep layer, and sees the others', () => {
    const layers = { shallow: [], deep: [3] };
    const given = scene(layers);
    const loss = run(layers, given).dataSync()[0]!;
    const hidden = Array.from(given.mask!.data);
    const change = (row: number): number => {
      const side = given.sides['3']!;
      const data = Float32Array.from(side.data);
      data.subarray(row * sideWidth, (row + 1) * sideWidth).fill(5);
      return run(layers, { ...given, sides: { '3': hostTensor(data, side.shape) } }).dataSync()[0]!;
    };
    expect(hidden).toContain(0);
    expect(hidden).toContain(1);
    hidden.forEach((isHidden, row) => {
      if (isHidden) expect(change(row)).toBe(loss);
      else expect(change(row)).not.toBeCloseTo(loss, 4);
    });
  });

  it('has gradients for couplers, token, positions and generator, and for the side states', () => {
    const layers = { shallow: [1], deep: [3] };
    const { params, sides, taps, mask } = scene(layers);
    const names = [...Object.keys(params), 'side.1', 'side.3'];
    const tensors = [...Object.values(params), sides['1']!, sides['3']!].map((tensor) => upload(tensor));
    const { grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
      const at = (name: string): tf.Tensor => inputs[names.indexOf(name)]!;
      return featureLoss(
        Object.fromEntries(names.map((name) => [name, at(name)])),
        'main',
        layers,
        new Map([
          [1, at('side.1')],
          [3, at('side.3')],
        ]),
        taps.map((tap) => ({ main: upload(tap) })),
        { [maskName('main')]: upload(mask!) },
      );
    })(tensors);
    const still = names.filter((_, i) => grads[i]!.dataSync().every((value) => Math.abs(value) < 1e-7));
    // The shift of the keys moves every score of a query alike, which the soft-max does not see.
    expect(still).toEqual(['feature.main.3.generator.key.bias']);
  });
});
