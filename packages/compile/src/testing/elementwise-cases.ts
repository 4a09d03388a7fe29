/** Cases of operations that work number by number. */
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from './differential.ts';
import { wave, type Numbers } from './run-graph.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

export const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Numbers => ({
  data: Int32Array.from(values),
  shape,
  dtype: 'int32',
});

export const floats = (values: readonly number[], shape: readonly number[] = [values.length]): Numbers => ({
  data: Float32Array.from(values),
  shape,
  dtype: 'float32',
});

export const flags = (values: readonly number[], shape: readonly number[] = [values.length]): Numbers => ({
  data: Uint8Array.from(values),
  shape,
  dtype: 'bool',
});

const mapped = ({ data, shape }: Numbers, fn: (value: number) => number): Numbers =>
  floats(Array.from(data, fn), shape);

/** Between 0.3 and 2.3. */
export const positive = (shape: readonly number[], phase = 0): Numbers =>
  mapped(wave(shape, phase), (value) => Math.abs(value) + 0.3);

/** Between −0.9 and 0.9. */
const small = (shape: readonly number[], phase = 0): Numbers =>
  mapped(wave(shape, phase), (value) => value * 0.4);

/** Integers from −3 to 3, without 0 where asked for. */
export const whole = (shape: readonly number[], phase = 0, nonzero = false): Numbers => {
  const { data } = wave(shape, phase);
  const values = Array.from(data, (value) => Math.round(value * 1.6));
  return integers(nonzero ? values.map((value) => (value === 0 ? 1 : value)) : values, shape);
};

export const truths = (shape: readonly number[], phase = 0): Numbers =>
  flags(
    Array.from(wave(shape, phase).data, (value) => Number(value > 0)),
    shape,
  );

export const everywhere: Readonly<Record<string, Unary>> = {
  abs: (x) => tf.abs(x),
  ceil: (x) => tf.ceil(x),
  cos: (x) => tf.cos(x),
  elu: (x) => tf.elu(x),
  erf: (x) => tf.erf(x),
  exp: (x) => tf.exp(x),
  expm1: (x) => tf.expm1(x),
  floor: (x) => tf.floor(x),
  'leakyRelu 0.3': (x) => tf.leakyRelu(x, 0.3),
  leakyRelu: (x) => tf.leakyRelu(x),
  logSigmoid: (x) => tf.logSigmoid(x),
  neg: (x) => tf.neg(x),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(tf.mul(x, 5)),
  round: (x) => tf.round(x),
  sigmoid: (x) => tf.sigmoid(x),
  sign: (x) => tf.sign(x),
  sin: (x) => tf.sin(x),
  softplus: (x) => tf.softplus(x),
  square: (x) => tf.square(x),
  step: (x) => tf.step(x),
  'step 0.2': (x) => tf.step(x, 0.2),
  tanh: (x) => tf.tanh(x),
  clipByValue: (x) => tf.clipByValue(x, -0.5, 0.75),
  identity: (x) => tf.clone(x),
  zerosLike: (x) => tf.mul(tf.zerosLike(x), x),
  onesLike: (x) => tf.add(tf.onesLike(x), x),
  stepThenNothing: (x) => tf.where(tf.isNaN(x), tf.zerosLike(x), x),
};

export const abovezero: Readonly<Record<string, Unary>> = {
  log: (x) => tf.log(x),
  log1p: (x) => tf.log1p(x),
  reciprocal: (x) => tf.reciprocal(x),
  rsqrt: (x) => tf.rsqrt(x),
  sqrt: (x) => tf.sqrt(x),
};

export const arithmetic: Readonly<Record<string, Binary>> = {
  add: (a, b) => tf.add(a, b),
  div: (a, b) => tf.div(a, b),
  divNoNan: (a, b) => tf.divNoNan(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  mul: (a, b) => tf.mul(a, b),
  squaredDifference: (a, b) => tf.squaredDifference(a, b),
  sub: (a, b) => tf.sub(a, b),
};

export const comparisons: Readonly<Record<string, Binary>> = {
  equal: (a, b) => tf.equal(a, b),
  greater: (a, b) => tf.greater(a, b),
  greaterEqual: (a, b) => tf.greaterEqual(a, b),
  less: (a, b) => tf.less(a, b),
  lessEqual: (a, b) => tf.lessEqual(a, b),
  notEqual: (a, b) => tf.notEqual(a, b),
};

const logic: Readonly<Record<string, Binary>> = {
  logicalAnd: (a, b) => tf.logicalAnd(a, b),
  logicalOr: (a, b) => tf.logicalOr(a, b),
  logicalXor: (a, b) => tf.logicalXor(a, b),
  'not and': (a, b) => tf.logicalAnd(tf.logicalNot(a), b),
};

export const shapes: readonly (readonly number[])[] = [[], [1], [7], [3, 5], [2, 1, 3], [1, 1, 1, 4]];

export const broadcasts: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[3, 5], [5]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [1, 3],
    [2, 1],
  ],
  [[], [2, 3]],
  [
    [2, 1, 3, 1],
    [1, 2, 1, 2],
  ],
  [[1], [4]],
  [
    [2, 3],
    [2, 3],
  ],
];

const title = (name: string, ...operands: readonly Numbers[]): string =>
  `${name} ${operands.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join(' ')}`;

function unary(fns: Readonly<Record<string, Unary>>, make: (shape: readonly number[]) => Numbers): Case[] {
  return Object.entries(fns).flatMap(([name, fn]) =>
    shapes.map((shape) => {
      const x = make(shape);
      return { name: title(name, x), fn, operands: [x] };
    }),
  );
}

/** tfjs has no gradient of comparisons, and of these none for broadcast operands. */
function hasGradient(name: string, left: readonly number[], right: readonly number[]): boolean {
  if (name === 'divNoNan' || name in comparisons) return false;
  return !['maximum', 'minimum', 'squaredDifference'].includes(name) || left.join() === right.join();
}

function binary(
  fns: Readonly<Record<string, Binary>>,
  make: (shape: readonly number[], phase: number) => Numbers,
): Case[] {
  return Object.entries(fns).flatMap(([name, fn]) =>
    broadcasts.map(([left, right]) => {
      const operands = [make(left, 0), make(right, 2)];
      return { name: title(name, ...operands), fn, operands, gradient: hasGradient(name, left, right) };
    }),
  );
}

export const unaryCases: readonly Case[] = [...unary(everywhere, wave), ...unary(abovezero, positive)];

export const binaryCases: readonly Case[] = [
  ...binary(arithmetic, (shape, phase) => (phase === 0 ? wave(shape) : positive(shape, phase))),
  ...binary({ pow: (a, b) => tf.pow(a, b) }, positive),
  ...binary(comparisons, (shape, phase) => mapped(wave(shape, phase), Math.round)),
  ...binary(logic, truths),
];

const integerUnary: Readonly<Record<string, Unary>> = {
  abs: (x) => tf.abs(x),
  neg: (x) => tf.neg(x),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(tf.mul(x, tf.scalar(3, 'int32'))),
  sign: (x) => tf.sign(x),
  square: (x) => tf.square(x),
  step: (x) => tf.step(x),
  clipByValue: (x) => tf.clipByValue(x, -1, 2),
  zerosLike: (x) => tf.zerosLike(x),
  onesLike: (x) => tf.onesLike(x),
  clone: (x) => tf.clone(x),
  toFloat: (x) => tf.cast(x, 'float32'),
  toBool: (x) => tf.cast(x, 'bool'),
};

const integerBinary: Readonly<Record<string, Binary>> = {
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  squaredDifference: (a, b) => tf.squaredDifference(a, b),
};

const division: Readonly<Record<string, Binary>> = {
  div: (a, b) => tf.div(a, b),
  floorDiv: (a, b) => tf.floorDiv(a, b),
};

export const integerCases: readonly Case[] = [
  ...unary(integerUnary, whole),
  ...binary(integerBinary, whole),
  ...binary(division, (shape, phase) => whole(shape, phase, phase > 0)),
  ...binary({ pow: (a, b) => tf.pow(a, tf.abs(b)) }, whole),
  ...binary(comparisons, whole),
  ...binary(comparisons, truths),
  ...binary({ add: (a, b) => tf.add(a, b), mul: (a, b) => tf.mul(a, b) }, (shape, phase) =>
    phase === 0 ? wave(shape) : whole(shape, phase),
  ),
  ...unary({ not: (x) => tf.logicalNot(x), toInt: (x) => tf.cast(x, 'int32') }, truths),
  ...unary({ toFloat: (x) => tf.cast(x, 'float32'), clone: (x) => tf.clone(x) }, truths),
  ...unary({ toInt: (x) => tf.cast(tf.mul(x, 3), 'int32'), toBool: (x) => tf.cast(x, 'bool') }, wave),
];

const condition = truths([2, 3]);

export const selectionCases: readonly Case[] = [
  {
    name: 'where',
    fn: (c, a, b) => tf.where(c!, a!, b!),
    operands: [condition, wave([2, 3]), wave([2, 3], 1)],
  },
  {
    name: 'where, broadcast',
    fn: (c, a, b) => tf.where(c!, a!, b!),
    operands: [condition, wave([]), wave([1, 3], 1)],
    gradient: false,
  },
  {
    name: 'where, integers',
    fn: (c, a, b) => tf.where(c!, a!, b!),
    operands: [condition, whole([2, 3]), whole([2, 3], 1)],
  },
  { name: 'addN', fn: (a, b) => tf.addN([a!, b!, a!]), operands: [wave([3]), wave([3], 1)] },
  { name: 'addN, one', fn: (a) => tf.addN([a!]), operands: [wave([2, 1])] },
  { name: 'addN, integers', fn: (a, b) => tf.addN([a!, b!]), operands: [whole([3]), whole([3], 1)] },
  { name: 'dropout', fn: (x) => tf.dropout(x!, 0.5, undefined, 3), operands: [wave([4, 5])] },
  { name: 'selu', fn: (x) => tf.mul(tf.elu(x!), 1.05), operands: [small([3, 4])] },
  { name: 'same operand twice', fn: (x) => tf.mul(x!, x!), operands: [wave([2, 3])] },
];

const extremes = [
  0, -0, 1, -1, 1e-7, -1e-7, 3e-5, 0.5, -0.5, 1.5, 2.5, -2.5, 20, -20, 90, -90, 200, -200, 1e10, -1e10,
];

/** In ONNX Runtime or in tfjs's cpu backend exact to 1e-7 or so, which is not much of a small result. */
const approximate = new Set(['elu', 'erf', 'sigmoid']);

/** Numbers at which formulas break: tiny and huge ones, halves, infinities, no numbers. */
export const extremeCases: readonly Case[] = [
  ...Object.entries({ ...everywhere, ...abovezero }).map(([name, fn]) => ({
    name: `${name} of extremes`,
    fn,
    // tfjs calls the sign of no number 0, ONNX Runtime calls it no number.
    operands: [floats([...extremes, Infinity, -Infinity, ...(name === 'sign' ? [] : [NaN])])],
    gradient: false,
    each: !approximate.has(name),
  })),
  ...Object.entries({ ...arithmetic, ...comparisons }).map(([name, fn]) => ({
    name: `${name} of extremes`,
    fn,
    operands: [
      floats([...extremes, Infinity, -Infinity, NaN]),
      floats([0, NaN, 1, -3, Infinity, 1e20], [6, 1]),
    ],
    gradient: false,
    each: true,
  })),
];
