/** Cases of `@mdpd/tensor`'s own functions. */
import * as tf from '@tensorflow/tfjs-core';
import { activation, activationNames } from '@mdpd/tensor/activations';
import { adamW, clipByGlobalNorm } from '@mdpd/tensor/adamw';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { lookup } from '@mdpd/tensor/embedding';
import { layerNorm, normalize } from '@mdpd/tensor/layer-norm';
import { add, reshape, scale } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';

import { recompute } from '@mdpd/tensor/recompute';
import { rmsNorm } from '@mdpd/tensor/rms-norm';
import { tokenCrossEntropy, tokenDistillation } from '@mdpd/tensor/token-losses';
import { outputsAndVjp, valueAndGrads, vjp } from '@mdpd/tensor/vjp';
import { stopGradient } from '@mdpd/tensor/with-gradient';
import type { TensorRecord } from '@mdpd/core';
import type { Case } from './differential.ts';
import { broadcasts, floats, integers, positive } from './elementwise-cases.ts';
import { wave } from './run-graph.ts';

const norms: readonly Case[] = (
  [[3, 5], [2, 3, 8], [1, 1, 4], [7], [2, 1], [2, 3, 33]] as readonly (readonly number[])[]
).flatMap((shape) => {
  const width = [shape.at(-1)!];
  return [
    {
      name: `layerNorm [${shape.join(',')}]`,
      fn: (x, gamma, beta) => layerNorm(x!, gamma!, beta!, 1e-6),
      operands: [wave(shape), positive(width), wave(width, 1)],
    },
    {
      name: `layerNorm of large numbers [${shape.join(',')}]`,
      fn: (x, gamma, beta) => layerNorm(tf.add(tf.mul(x!, 30), 100), gamma!, beta!, 1e-12),
      operands: [wave(shape), positive(width), wave(width, 1)],
      // Rows of one number have no deviation: their gradient is rounding times 1/√ε.
      gradient: width[0] !== 1,
      // The mean of 100 costs two digits of the deviation.
      tolerance: 1e-4,
    },
    {
      name: `rmsNorm [${shape.join(',')}]`,
      fn: (x, gamma) => rmsNorm(x!, gamma!, 1e-6),
      operands: [wave(shape), positive(width)],
    },
    {
      name: `normalize [${shape.join(',')}]`,
      fn: (x) => normalize(x!, 1e-5),
      operands: [wave(shape)],
    },
  ] satisfies Case[];
});

const activations: readonly Case[] = activationNames.flatMap((name) =>
  ([[3, 5], [], [2, 1, 4]] as readonly (readonly number[])[]).map((shape) => ({
    name: `${name} [${shape.join(',')}]`,
    fn: (x: tf.Tensor) => activation(name)(tf.mul(x, 3)),
    operands: [wave(shape)] as const,
  })),
);

const biases: readonly (readonly number[] | undefined)[] = [
  undefined,
  [1, 1, 1, 3],
  [2, 1, 1, 3],
  [2, 2, 5, 3],
  [1, 2, 5, 3],
  [5, 3],
];

const attentions: readonly Case[] = [
  ...biases.flatMap((bias) => {
    const operands = [
      wave([2, 5, 8]),
      wave([2, 3, 8], 1),
      wave([2, 3, 8], 2),
      ...(bias ? [wave(bias, 3)] : []),
    ];
    const name = bias ? `bias [${bias.join(',')}]` : 'no bias';
    return [
      {
        name: `attention, ${name}`,
        fn: (q, k, v, added) => attention(q!, k!, v!, { heads: 2, ...(added ? { bias: added } : {}) }),
        operands,
      },
      {
        name: `attention probabilities, ${name}`,
        fn: (q, k, _v, added) =>
          attentionProbabilities(q!, k!, { heads: 2, scale: 0.7, ...(added ? { bias: added } : {}) }),
        operands,
      },
    ] satisfies Case[];
  }),
  {
    name: 'attention of one token, one head',
    fn: (q, k, v) => attention(q!, k!, v!, { heads: 1 }),
    operands: [wave([1, 1, 3]), wave([1, 1, 3], 1), wave([1, 1, 3], 2)],
  },
  {
    name: 'attention of projections',
    fn: (x, w, b) => {
      const project = (factor: number): tf.Tensor => linear(x!, tf.mul(w!, factor), b);
      return attention(project(1), project(0.5), project(-1), { heads: 2 });
    },
    operands: [wave([2, 3, 4]), wave([4, 4], 1), wave([4], 2)],
  },
];

const linears: readonly Case[] = (
  [
    [3, 5],
    [2, 3, 5],
    [1, 1, 5],
    [2, 1, 3, 5],
  ] as readonly (readonly number[])[]
).flatMap((shape) => [
  {
    name: `linear [${shape.join(',')}]`,
    fn: (x, w, b) => linear(x!, w!, b),
    operands: [wave(shape), wave([4, 5], 1), wave([4], 2)],
  },
  {
    name: `linear without bias [${shape.join(',')}]`,
    fn: (x, w) => linear(x!, w!),
    operands: [wave(shape), wave([1, 5], 1)],
  },
]);

const lookups: readonly Case[] = (
  [
    [[2, 0, 1, 2], [4]],
    [
      [2, 0, 2, 2, 0, 0],
      [2, 3],
    ],
    [[1], []],
  ] as readonly (readonly number[])[][]
).map(([ids, shape]) => ({
  name: `lookup of [${shape!.join(',')}]`,
  fn: (table, i) => lookup(table!, i!),
  operands: [wave([3, 4]), integers(ids!, shape)],
}));

const lean: readonly Case[] = [
  ...broadcasts.map(([left, right]) => ({
    name: `lean add [${left.join(',')}] [${right.join(',')}]`,
    fn: (a: tf.Tensor, b: tf.Tensor) => add(a, b),
    operands: [wave(left), wave(right, 1)] as const,
  })),
  { name: 'scale', fn: (x) => scale(x!, -1.5), operands: [wave([2, 3])] },
  { name: 'lean reshape', fn: (x) => reshape(x!, [3, -1]), operands: [wave([2, 3])] },
  { name: 'stopGradient', fn: (x) => tf.mul(stopGradient(x!), x!), operands: [wave([2, 3])] },
];

const labels = integers([1, 0, 3]);

const losses: readonly Case[] = [
  ...[0, 0.1].map((smoothing) => ({
    name: `crossEntropy ${smoothing}`,
    fn: (x: tf.Tensor, y: tf.Tensor) => crossEntropy(x, y, smoothing),
    operands: [wave([3, 4]), labels] as const,
  })),
  {
    name: 'crossEntropy of large logits',
    fn: (x, y) => crossEntropy(tf.mul(x!, 50), y!),
    operands: [wave([3, 4]), labels],
  },
  ...[1, 2, 4].map((temperature) => ({
    name: `distillationKl ${temperature}`,
    fn: (student: tf.Tensor, teacher: tf.Tensor) => distillationKl(student, teacher, temperature),
    operands: [wave([3, 4]), wave([3, 4], 1)] as const,
  })),
];

const tokenLabels = integers([1, -100, 3, -100, -100, -100], [2, 3]);

const tokenLosses: readonly Case[] = [
  ...[0, 0.1].map((smoothing) => ({
    name: `tokenCrossEntropy ${smoothing}`,
    fn: (x: tf.Tensor, y: tf.Tensor) => tokenCrossEntropy(x, y, smoothing),
    operands: [wave([2, 3, 4]), tokenLabels] as const,
  })),
  {
    name: 'tokenDistillation',
    fn: (student, teacher, y) => tokenDistillation(student!, teacher!, y!, 2),
    operands: [wave([2, 3, 4]), wave([2, 3, 4], 1), tokenLabels],
  },
];

/** Some parameters of each way in which AdamW updates: alone, together, with and without decay. */
const parameterShapes: readonly (readonly number[])[] = [[2, 3], [5], [], [50, 45], [1, 7], [2049]];

const records = (tensors: readonly (tf.Tensor | undefined)[]): TensorRecord =>
  Object.fromEntries(tensors.map((tensor, index) => [`p${index}`, tensor!]));

const moments = (phase: number): readonly ReturnType<typeof wave>[] =>
  parameterShapes.map((shape, index) => positive(shape, phase + index));

const steps = (count: number, decay: number): Case => ({
  name: `adamW, ${count} steps, decay ${decay}`,
  fn: (...tensors) => {
    const part = (index: number): readonly tf.Tensor[] =>
      tensors.slice(index * parameterShapes.length, (index + 1) * parameterShapes.length);
    const [rate, slow] = [tf.scalar(0.01), tf.scalar(0.001)];
    let params: TensorRecord = records(part(0));
    let state: TensorRecord = {
      ...Object.fromEntries(Object.entries(records(part(2))).map(([name, m]) => [`${name}.m`, m])),
      ...Object.fromEntries(Object.entries(records(part(3))).map(([name, v]) => [`${name}.v`, v])),
    };
    for (let step = 1; step <= count; step++) {
      const result = adamW(params, clipByGlobalNorm(records(part(1)), 5), state, {
        step: tf.scalar(step),
        learningRate: (name) => (name === 'p1' ? slow : rate),
        weightDecay: (name) => (name === 'p0' || name === 'p3' ? decay : 0),
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
      });
      params = result.params;
      state = result.moments;
    }
    return [...Object.values(params), ...Object.values(state)];
  },
  operands: [
    ...parameterShapes.map((shape, index) => wave(shape, index)),
    ...parameterShapes.map((shape, index) => wave(shape, index + 10)),
    ...moments(20),
    ...moments(30),
  ],
  gradient: false,
});

const optimizers: readonly Case[] = [
  steps(1, 0),
  steps(3, 0.05),
  {
    name: 'clipByGlobalNorm',
    fn: (a, b) => [0.5, 1000].flatMap((most) => Object.values(clipByGlobalNorm({ a: a!, b: b! }, most))),
    operands: [wave([2, 3]), wave([], 1)],
    gradient: false,
  },
  {
    name: 'adamW of the first step, from nothing',
    fn: (value, gradient) =>
      Object.values(
        adamW(
          { value: value! },
          { value: gradient! },
          { 'value.m': tf.zeros([4]), 'value.v': tf.zeros([4]) },
          {
            step: tf.scalar(1),
            learningRate: () => tf.scalar(0.1),
            weightDecay: () => 0,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
          },
        ).params,
      ),
    operands: [wave([4]), floats([1, 1e-3, 0, -1e-6])],
    gradient: false,
  },
];

const block = ({ x, w }: Readonly<TensorRecord>): TensorRecord => ({
  y: tf.tanh(tf.matMul(x!, w!)),
  z: tf.square(x!),
});

const differentiation: readonly Case[] = [
  {
    name: 'vjp of two outputs',
    fn: (x, w, dy, dz) => Object.values(vjp(block, { x: x!, w: w! }, { y: dy!, z: dz! })),
    operands: [wave([3, 4]), wave([4, 2], 1), wave([3, 2], 2), wave([3, 4], 3)],
    gradient: false,
  },
  {
    name: 'outputsAndVjp of one',
    fn: (x, w, dy) => {
      const { outputs, gradients } = outputsAndVjp(block, { x: x!, w: w! }, { y: dy! });
      return [...Object.values(outputs), ...Object.values(gradients)];
    },
    operands: [wave([3, 4]), wave([4, 2], 1), wave([3, 2], 2)],
    gradient: false,
  },
  {
    name: 'valueAndGrads',
    fn: (x, w) => {
      const { loss, aux, grads } = valueAndGrads(
        (given) => ({ loss: tf.mean(block(given)['y']!), aux: { top: tf.max(given['x']!) } }),
        { x: x!, w: w! },
      );
      return [loss, aux['top']!, ...Object.values(grads)];
    },
    operands: [wave([3, 4]), wave([4, 2], 1)],
    gradient: false,
  },
  {
    name: 'two blocks, the first one again for its gradient',
    fn: (x, w) => {
      const first = (given: Readonly<TensorRecord>): TensorRecord => ({
        h: tf.tanh(tf.matMul(given['x']!, given['w']!)),
      });
      const { h } = first({ x: x!, w: w! });
      const top = valueAndGrads((given) => ({ loss: tf.sum(tf.square(tf.sin(given['h']!))) }), { h: h! });
      const below = recompute(() => vjp(first, { x: x!, w: w! }, top.grads));
      return [top.loss, ...Object.values(below)];
    },
    operands: [wave([3, 4]), wave([4, 4], 1)],
    gradient: false,
  },
];

export const tensorCases = {
  norms,
  activations,
  attentions,
  linears,
  lookups,
  lean,
  losses,
  tokenLosses,
  optimizers,
  differentiation,
};
