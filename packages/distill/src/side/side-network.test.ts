import * as tf from '@tensorflow/tfjs-core';
import { formatError, MdpdError, type HostRecord } from '@mdpd/core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { hostTensor } from '@mdpd/tensor/host';
import { measurePeak } from '@mdpd/tensor/memory-meter';
import { createRandom } from '@mdpd/tensor/random';
import { relativeDifference } from '@mdpd/testing/differences';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import {
  convStem64,
  exampleOf,
  gelu64,
  layerNorm64,
  linear64,
  map,
  matrixOf,
  mean64,
  normalize64,
  plus,
  sideBlock64,
  type Grid,
  type Matrix,
} from '@mdpd/testing/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainParams, runStates } from '../forward.ts';
import { drawTensors } from '../specs.ts';
import { runSide, sidePlan, sideShape, tappedLayers } from './side-network.ts';
import { sideSchema, type SideSettings } from './side-settings.ts';

const settings = (changes: Partial<SideSettings> = {}): SideSettings => ({
  ...sideSchema.parse({}),
  reductionFactor: 2,
  heads: 2,
  mlpRatio: 2,
  layers: 'all',
  gate: 'add',
  gateTemperature: 0.5,
  input: 'taps+raw',
  context: 1,
  pool: 'both',
  ...changes,
});

function errorText(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

/** Side tensors with noise on every one, so that norms, gates and shifts all matter. */
function sideTensors(
  backbone: ReturnType<typeof tinyBackbone>,
  given: SideSettings,
  outputs: number,
): HostRecord {
  const first = drawTensors(sidePlan(backbone, given, outputs), createRandom(4));
  const entries = Object.entries(first).map(([name, { data, shape }]) => {
    const random = createRandom(6, name);
    return [
      name,
      hostTensor(
        Float32Array.from(data, (value) => value + 0.3 * random.normal()),
        shape,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

beforeAll(() => useBackend('cpu'));

describe('tappedLayers', () => {
  const backbone = tinyBackbone({ blocks: 4 });

  it('are all blocks, or those named, ascending and once each', () => {
    expect(tappedLayers(backbone, settings(), 'main')).toEqual([1, 2, 3, 4]);
    expect(tappedLayers(backbone, settings({ layers: [4, 1, 4] }), 'main')).toEqual([1, 4]);
  });

  it('must be there', () => {
    expect(errorText(() => tappedLayers(backbone, settings({ layers: [2, 5] }), 'main')))
      .toMatchInlineSnapshot(`
      "error SIDE_LAYERS
        method.side.layers names block 5
        allowed: 1 to 4, or all"
    `);
  });
});

describe('sideShape', () => {
  const backbone = tinyBackbone({ width: 24, heads: 2 });

  it('is a share of the width of the backbone, with heads and MLP of its own', () => {
    expect(sideShape(backbone, 'main', settings())).toEqual({ width: 12, heads: 2, hidden: 24 });
    const narrow = settings({ reductionFactor: 5, heads: 1, mlpRatio: 0.5 });
    expect(sideShape(backbone, 'main', narrow)).toEqual({ width: 5, heads: 1, hidden: 3 });
    expect(sideShape(backbone, 'main', settings({ reductionFactor: 64, heads: 1 })).width).toBe(1);
  });

  it('must split into its heads', () => {
    expect(errorText(() => sideShape(backbone, 'main', settings({ heads: 5 })))).toMatchInlineSnapshot(`
      "error SIDE_WIDTH
        the side width 12 does not split into 5 heads
        allowed: method.side.heads that divide the backbone width / method.side.reductionFactor"
    `);
  });
});

describe('sidePlan', () => {
  const shapes = (given: SideSettings, config = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries(sidePlan(tinyBackbone({ blocks: 3, ...config }), given, 4)).map(([name, { shape }]) => [
        name,
        shape.join('×'),
      ]),
    );

  it('has one side block for every layer, and no more', () => {
    const blocks = (given: SideSettings): string[] => [
      ...new Set(Object.keys(shapes(given)).flatMap((name) => /main\.block\.(\d+)/.exec(name)?.[1] ?? [])),
    ];
    expect(blocks(settings())).toEqual(['1', '2', '3']);
    expect(blocks(settings({ layers: [3] }))).toEqual(['3']);
    expect(blocks(settings({ layers: [1, 2] }))).toEqual(['1', '2']);
  });

  it('has a raw path where it was asked for and the backbone has one', () => {
    const raw = (names: string[]): string[] => names.filter((name) => name.includes('raw_'));
    // Six values of a token and of its neighbour on either side.
    expect(shapes(settings())['side.main.raw_in.weight']).toBe('8×18');
    expect(shapes(settings({ context: 0 }))['side.main.raw_in.weight']).toBe('8×6');
    expect(raw(Object.keys(shapes(settings({ input: 'taps' }))))).toEqual([]);
    const { rawTokens: _without, ...blind } = tinyBackbone();
    expect(raw(Object.keys(sidePlan(blind, settings(), 4)))).toEqual([]);
  });

  it('has a stem where it was asked for and a stream lies on a grid', () => {
    const stem = (plan: Record<string, string>): string[] =>
      Object.keys(plan).filter((name) => name.includes('stem') && name.endsWith('weight'));
    const conv = settings({ input: 'taps+conv', pool: 'mean' });
    const plan = shapes(conv, { streams: 2, tokens: 20 });
    expect(stem(plan)).toEqual([
      'side.left.stem.conv.0.weight',
      'side.left.stem.conv.1.weight',
      'side.left.stem.summary.weight',
      'side.left.stem_out.weight',
    ]);
    // The head reads the summary besides both streams.
    expect(plan['side.head.weight']).toBe('4×72');
    expect(stem(shapes(settings()))).toEqual([]);
    const { rawGrid: _without, ...blind } = tinyBackbone();
    expect(Object.keys(sidePlan(blind, conv, 4)).filter((name) => name.includes('stem'))).toEqual([]);
  });

  it('has a ladder for every stream and one head over all of them', () => {
    const plan = shapes(settings({ pool: 'mean' }), { streams: 2 });
    expect(plan['side.left.block.2.query.weight']).toBe('4×4');
    expect(plan['side.right.block.2.query.weight']).toBe('4×4');
    expect(plan['side.head.weight']).toBe('4×8');
    expect(shapes(settings({ pool: 'both' }), { streams: 2 })['side.head.weight']).toBe('4×16');
  });

  it('asks for nothing of the backbone: no tensor is left', () => {
    const before = tf.memory().numTensors;
    sidePlan(tinyBackbone(), settings(), 4);
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** The ladder in float64, straight from its formula. */
function ladder64(
  given: SideSettings,
  params: HostRecord,
  spec: { blocks: number; layers: number[]; pooled: number | 'mean'; stream: string },
  taps: Matrix[],
  { raw, grid }: { raw?: Matrix; grid?: Grid },
): { features: number[]; states: Map<number, number[][]> } {
  const name = `side.${spec.stream}`;
  const dense = (part: string, x: Matrix): number[][] =>
    linear64(x, params[`${part}.weight`]!, params[`${part}.bias`]!);
  const enter = (tap: number, s: Matrix): number[][] => {
    const down = dense(`${name}.down.${tap}`, normalize64(taps[tap]!, 1e-6));
    const g = 1 / (1 + Math.exp(-params[`${name}.gate.${tap}`]!.data[0]! / given.gateTemperature));
    return map(s, (value, row, column) => {
      const other = down[row]![column]!;
      return given.gate === 'add' ? value + g * other : g * value + (1 - g) * other;
    });
  };
  let s: number[][] = matrixOf(params[`${name}.positions`]!);
  if (raw) s = plus(s, dense(`${name}.raw_out`, map(dense(`${name}.raw_in`, raw), gelu64)));
  let summary: number[] = [];
  if (grid) {
    summary = convStem64(params, `${name}.stem`, grid);
    const [added] = dense(`${name}.stem_out`, [summary]);
    s = map(s, (value, _row, column) => value + added![column]!);
  }
  const states = new Map<number, number[][]>();
  let tap = 0;
  for (const layer of spec.layers) {
    s = sideBlock64(params, `${name}.block.${layer}`, enter(tap, s), given.heads);
    states.set(layer, s);
    tap = layer;
  }
  s = enter(spec.blocks, s);
  const normed = layerNorm64(s, params[`${name}.norm.weight`]!, params[`${name}.norm.bias`]!, 1e-6);
  const mean = normed[0]!.map((_, column) => mean64(normed.map((row) => row[column]!)));
  const token = spec.pooled === 'mean' ? mean : normed[spec.pooled]!;
  const seen = given.pool === 'attention' ? lookAround64(normed, dense(`${name}.looks`, normed)) : [];
  const both = [...token, ...mean];
  const all = { both, auto: both, mean, stream: token, attention: [...both, ...seen], head: [] };
  const features = all[given.pool];
  return { features: [...summary, ...features], states };
}

/** For every look the mean of all tokens by the soft-max of its scores, one after the other. */
function lookAround64(tokens: Matrix, scores: Matrix): number[] {
  return scores[0]!.flatMap((_, look) => {
    const weights = scores.map((row) => Math.exp(row[look]!));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return tokens[0]!.map((__, column) =>
      tokens.reduce((sum, token, at) => sum + (weights[at]! / total) * token[column]!, 0),
    );
  });
}

/** Values of a token and its neighbours at most `context` away, zeros beyond the ends. */
function windows64(values: Matrix, context: number): number[][] {
  const zeros = values[0]!.map(() => 0);
  return values.map((_, at) =>
    Array.from({ length: 2 * context + 1 }, (__, offset) => values[at + offset - context] ?? zeros).flat(),
  );
}

describe.each<PortableBackend>(['cpu', 'wasm'])('runSide on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each<[string, Partial<SideSettings>, object]>([
    ['additive gates', { gate: 'add' }, {}],
    ['mixing gates', { gate: 'mix' }, {}],
    ['taps alone', { input: 'taps' }, {}],
    ['taps and convolutions', { input: 'taps+conv' }, { tokens: 19 }],
    ['convolutions for one of two streams', { input: 'taps+conv', pool: 'mean' }, { streams: 2 }],
    ['some layers', { layers: [2, 3] }, {}],
    ['learned looks at the tokens', { pool: 'attention' }, {}],
    ['the first layer alone, read at the token of the backbone', { layers: [1], pool: 'stream' }, {}],
    ['the mean of all tokens', { pool: 'mean' }, {}],
    ['two streams', { context: 0 }, { streams: 2 }],
  ])('equals the formula in float64: %s', (_name, changes, config) => {
    const backbone = tinyBackbone({ blocks: 3, ...config });
    const given = settings(changes);
    const model = modelUnderTest(tinyProvider, backbone);
    const [params, input] = [uploadAll(model.parameters), uploadAll(model.input)];
    const states = runStates(backbone, plainParams(params), input);
    const host = sideTensors(backbone, given, 4);
    const output = runSide(backbone, given, uploadAll(host), states, input);

    const layers = given.layers === 'all' ? [1, 2, 3] : given.layers;
    const logits: number[][] = [];
    const streams = Object.entries(backbone.streams);
    for (let example = 0; example < 3; example++) {
      const features = streams.flatMap(([stream, { pooled }]) => {
        const values = exampleOf(model.input[`${stream}_values`]!, example);
        const taps = states.map((state) => (state[stream]!.arraySync() as number[][][])[example]!);
        const spec = { blocks: 3, layers, pooled, stream };
        const raw = given.input === 'taps+raw' ? windows64(values, given.context) : undefined;
        const isGrid = given.input === 'taps+conv' && stream !== 'right';
        const grid = isGrid ? values.map((row) => row.map((value) => [value])) : undefined;
        const ladder = ladder64(given, host, spec, taps, { raw, grid });
        for (const layer of layers) {
          const actual = (output.states[stream]!.get(layer)!.arraySync() as number[][][])[example]!;
          expect(relativeDifference(actual.flat(), ladder.states.get(layer)!.flat())).toBeLessThan(1e-5);
        }
        return ladder.features;
      });
      logits.push(linear64([features], host['side.head.weight']!, host['side.head.bias']!)[0]!);
    }
    expect(output.logits.shape).toEqual([3, 4]);
    expect(relativeDifference(output.logits.dataSync(), logits.flat())).toBeLessThan(1e-5);
    for (const [stream, spec] of streams) {
      expect([...output.states[stream]!.keys()]).toEqual(layers);
      expect(output.states[stream]!.get(layers[0]!)!.shape).toEqual([3, spec.tokens, 4]);
    }
  });

  it('has a gradient for every tensor of the plan', () => {
    const backbone = tinyBackbone({ blocks: 2 });
    const model = modelUnderTest(tinyProvider, backbone);
    const [params, input] = [uploadAll(model.parameters), uploadAll(model.input)];
    const states = runStates(backbone, plainParams(params), input);
    const side = uploadAll(sideTensors(backbone, settings(), 4));
    const names = Object.keys(side);
    const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const record = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      return tf.mean(tf.square(runSide(backbone, settings(), record, states, input).logits)) as tf.Scalar;
    })(Object.values(side));
    const still = names.filter((_, i) => grads[i]!.dataSync().every((value) => Math.abs(value) < 1e-7));
    // The shift of the keys moves every score of a query alike, which the soft-max does not see.
    expect(still).toEqual(['side.main.block.1.key.bias', 'side.main.block.2.key.bias']);
  });
});

it('keeps for its backward pass nothing of the width of the backbone but the taps themselves', () => {
  const kept = (width: number): number => {
    const backbone = tinyBackbone({ blocks: 2, width, tokens: 32 });
    const given = settings({ reductionFactor: width / 4 });
    const model = modelUnderTest(tinyProvider, backbone, { batch: 8 });
    const input = uploadAll(model.input);
    const states = runStates(backbone, plainParams(uploadAll(model.parameters)), input);
    const side = uploadAll(sideTensors(backbone, given, 4));
    let bytes = 0;
    tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const record = Object.fromEntries(Object.keys(side).map((name, i) => [name, tensors[i]!]));
      const { result, addedBytes } = measurePeak(
        () => runSide(backbone, given, record, states, input).logits,
      );
      bytes = addedBytes;
      return tf.mean(tf.square(result)) as tf.Scalar;
    })(Object.values(side));
    return bytes;
  };
  const [narrow, wide] = [kept(8), kept(128)];
  expect(narrow).toBeGreaterThan(0);
  expect(wide - narrow).toBeLessThan(0.01 * 4 * 8 * 32 * 128);
});
