/** Kernels that work number by number. */
import { broadcastShapes, fill, type Attributes, type DType, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { registerOps, type Emitter } from './registry.ts';

export function elementwise(
  b: GraphBuilder,
  op: string,
  inputs: readonly Value[],
  dtype: DType = inputs[0]!.dtype,
  attributes?: Attributes,
): Value {
  return b.node(op, inputs, broadcastShapes(...inputs.map(({ shape }) => shape)), dtype, attributes);
}

const onnxTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** `value` in another type; a constant of one number stays one. */
export function cast(b: GraphBuilder, value: Value, dtype: DType): Value {
  if (value.dtype === dtype) return value;
  if (value.constant?.kind === 'fill') return fill(value.shape, value.constant.value, dtype);
  return b.node('Cast', [value], value.shape, dtype, { to: { int: onnxTypes[dtype] } });
}

export const float = (b: GraphBuilder, value: Value): Value => cast(b, value, 'float32');

export const scalar = (value: number, dtype: DType = 'float32'): Value => fill([], value, dtype);

const binary =
  (op: string): Emitter =>
  (b, { a, b: other }) =>
    elementwise(b, op, [a!, other!]);

/** A product of truth values is their conjunction. */
const multiply: Emitter = (b, { a, b: other }) =>
  elementwise(b, a!.dtype === 'bool' ? 'And' : 'Mul', [a!, other!]);

/** ONNX orders no truth values. */
const ordered = (b: GraphBuilder, value: Value): Value =>
  value.dtype === 'bool' ? cast(b, value, 'int32') : value;

const compare =
  (op: string): Emitter =>
  (b, { a, b: other }) =>
    elementwise(b, op, [ordered(b, a!), ordered(b, other!)], 'bool');

const unary =
  (op: string): Emitter =>
  (b, { x }) =>
    elementwise(b, op, [x!]);

/** ONNX Runtime computes these in floating point only. */
const unaryFloat =
  (op: string): Emitter =>
  (b, { x }) =>
    elementwise(b, op, [float(b, x!)]);

/** tfjs divides integers downwards, ONNX towards zero. */
const divide: Emitter = (b, { a, b: other }) => {
  if (a!.dtype !== 'int32') return elementwise(b, 'Div', [a!, other!]);
  const quotient = elementwise(b, 'Div', [float(b, a!), float(b, other!)]);
  return cast(b, elementwise(b, 'Floor', [quotient]), 'int32');
};

const where = (b: GraphBuilder, condition: Value, yes: Value, no: Value): Value =>
  elementwise(b, 'Where', [condition, yes, no], yes.dtype);

const step: Emitter = (b, { x }, { alpha }) => {
  const positive = elementwise(b, 'Greater', [x!, scalar(0, x!.dtype)], 'bool');
  const below = (alpha as number | undefined) ?? 0;
  const value = where(b, positive, scalar(1), scalar(below));
  // tfjs keeps what is not a number.
  const isNumber = elementwise(b, 'Equal', [x!, x!], 'bool');
  return cast(b, where(b, isNumber, value, float(b, x!)), x!.dtype);
};

export const clipped = (b: GraphBuilder, x: Value, least: number, most: number): Value =>
  b.node('Clip', [x, scalar(least, x.dtype), scalar(most, x.dtype)], x.shape, x.dtype);

const clip: Emitter = (b, { x }, { clipValueMin, clipValueMax }) =>
  clipped(b, x!, clipValueMin as number, clipValueMax as number);

/**
 * eˣ − 1 near 0, where the plain difference has lost its digits (AdamW's bias correction lives there):
 * 2·sinh(x/2)·e^{x/2}. Further away that would overflow, and the difference is good.
 */
const expm1: Emitter = (b, { x }) => {
  const value = float(b, x!);
  const mul = (left: Value, right: Value): Value => elementwise(b, 'Mul', [left, right]);
  const half = mul(value, scalar(0.5));
  const near = mul(mul(elementwise(b, 'Sinh', [half]), elementwise(b, 'Exp', [half])), scalar(2));
  const far = elementwise(b, 'Sub', [elementwise(b, 'Exp', [value]), scalar(1)]);
  const isNear = elementwise(b, 'Less', [elementwise(b, 'Abs', [value]), scalar(1)], 'bool');
  return where(b, isNear, near, far);
};

/** ln(1 + x), near 0 as 2·artanh(x / (2 + x)). */
const log1p: Emitter = (b, { x }) => {
  const value = float(b, x!);
  const ratio = elementwise(b, 'Div', [value, elementwise(b, 'Add', [value, scalar(2)])]);
  const near = elementwise(b, 'Mul', [elementwise(b, 'Atanh', [ratio]), scalar(2)]);
  const far = elementwise(b, 'Log', [elementwise(b, 'Add', [value, scalar(1)])]);
  const isNear = elementwise(b, 'Less', [elementwise(b, 'Abs', [value]), scalar(0.5)], 'bool');
  return where(b, isNear, near, far);
};

/** From the result y: the derivative of eˣ − 1 is y + 1. */
const eluGradient: Emitter = (b, { dy, y }) => {
  const slope = elementwise(b, 'Add', [elementwise(b, 'Min', [y!, scalar(0)]), scalar(1)]);
  return elementwise(b, 'Mul', [dy!, slope]);
};

const rsqrt: Emitter = (b, { x }) => elementwise(b, 'Reciprocal', [elementwise(b, 'Sqrt', [float(b, x!)])]);

const squaredDifference: Emitter = (b, { a, b: other }) => {
  const difference = elementwise(b, 'Sub', [a!, other!]);
  return elementwise(b, 'Mul', [difference, difference]);
};

registerOps({
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: multiply,
  RealDiv: divide,
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  FloorDiv: divide,
  SquaredDifference: squaredDifference,
  AddN: (b, inputs) => Object.values(inputs).reduce((sum, next) => elementwise(b, 'Add', [sum, next])),
  Equal: compare('Equal'),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  LogicalAnd: binary('And'),
  LogicalOr: binary('Or'),
  NotEqual: (b, { a, b: other }) => elementwise(b, 'Not', [elementwise(b, 'Equal', [a!, other!], 'bool')]),
  LogicalNot: unary('Not'),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sign: unary('Sign'),
  Relu: unary('Relu'),
  Square: (b, { x }) => elementwise(b, 'Mul', [x!, x!]),
  Erf: unaryFloat('Erf'),
  Exp: unaryFloat('Exp'),
  Log: unaryFloat('Log'),
  Tanh: unaryFloat('Tanh'),
  Sigmoid: unaryFloat('Sigmoid'),
  Sqrt: unaryFloat('Sqrt'),
  Reciprocal: unaryFloat('Reciprocal'),
  Floor: unaryFloat('Floor'),
  Ceil: unaryFloat('Ceil'),
  Round: unaryFloat('Round'),
  Sin: unaryFloat('Sin'),
  Cos: unaryFloat('Cos'),
  Softplus: unaryFloat('Softplus'),
  Elu: unaryFloat('Elu'),
  Rsqrt: rsqrt,
  Expm1: expm1,
  Log1p: log1p,
  Step: step,
  Select: (b, { condition, t, e }) => where(b, cast(b, condition!, 'bool'), t!, e!),
  EluGrad: eluGradient,
  ClipByValue: clip,
  Relu6: (b, { x }) => clipped(b, x!, 0, 6),
  LeakyRelu: (b, { x }, { alpha }) =>
    elementwise(b, 'LeakyRelu', [float(b, x!)], 'float32', { alpha: { float: alpha as number } }),
  IsNan: (b, { x }) => elementwise(b, 'IsNaN', [float(b, x!)], 'bool'),
  Identity: (_b, { x }) => x!,
  Cast: (b, { x }, { dtype }) => {
    // tfjs truncates towards zero, as ONNX does.
    return cast(b, x!, dtype as DType);
  },
});
