/** Kernels that work number by number. */
import { broadcastShapes, fill, integers, type Attributes, type DType, type Value } from '../graph.ts';
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

const compare =
  (op: string): Emitter =>
  (b, { a, b: other }) =>
    elementwise(b, op, [a!, other!], 'bool');

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

const step: Emitter = (b, { x }, { alpha }) => {
  const positive = elementwise(b, 'Greater', [x!, scalar(0, x!.dtype)], 'bool');
  const below = (alpha as number | undefined) ?? 0;
  const value = elementwise(b, 'Where', [positive, scalar(1), scalar(below)], 'float32');
  // tfjs keeps what is not a number.
  const isNumber = elementwise(b, 'Equal', [x!, x!], 'bool');
  return cast(b, elementwise(b, 'Where', [isNumber, value, float(b, x!)], 'float32'), x!.dtype);
};

const select: Emitter = (b, { condition, t, e }) => {
  const flat = condition!.shape.length === 1 && t!.shape.length > 1;
  const shape = flat ? [condition!.shape[0]!, ...t!.shape.slice(1).map(() => 1)] : condition!.shape;
  const flags = cast(b, condition!, 'bool');
  const shaped = flat ? b.node('Reshape', [flags, integers(shape)], shape, 'bool') : flags;
  return elementwise(b, 'Where', [shaped, t!, e!], t!.dtype);
};

const clip: Emitter = (b, { x }, { clipValueMin, clipValueMax }) =>
  b.node(
    'Clip',
    [x!, scalar(clipValueMin as number, x!.dtype), scalar(clipValueMax as number, x!.dtype)],
    x!.shape,
    x!.dtype,
  );

/** Differences below 1e-4 of ln(1 + x) and eˣ − 1 near 0 matter: AdamW's bias correction is one. */
const expm1: Emitter = (b, { x }) => {
  // eˣ − 1 = 2·sinh(x/2)·e^{x/2}; ONNX Runtime's Sinh is exact near 0.
  const half = elementwise(b, 'Mul', [float(b, x!), scalar(0.5)]);
  const product = elementwise(b, 'Mul', [elementwise(b, 'Sinh', [half]), elementwise(b, 'Exp', [half])]);
  return elementwise(b, 'Mul', [product, scalar(2)]);
};

/** ln(1 + x) = 2·artanh(x / (2 + x)). */
const log1p: Emitter = (b, { x }) => {
  const value = float(b, x!);
  const ratio = elementwise(b, 'Div', [value, elementwise(b, 'Add', [value, scalar(2)])]);
  return elementwise(b, 'Mul', [elementwise(b, 'Atanh', [ratio]), scalar(2)]);
};

const rsqrt: Emitter = (b, { x }) => elementwise(b, 'Reciprocal', [elementwise(b, 'Sqrt', [float(b, x!)])]);

const squaredDifference: Emitter = (b, { a, b: other }) => {
  const difference = elementwise(b, 'Sub', [a!, other!]);
  return elementwise(b, 'Mul', [difference, difference]);
};

registerOps({
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
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
  LogicalAnd: compare('And'),
  LogicalOr: compare('Or'),
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
  Select: select,
  ClipByValue: clip,
  Relu6: (b, { x }) => b.node('Clip', [x!, scalar(0), scalar(6)], x!.shape, 'float32'),
  LeakyRelu: (b, { x }, { alpha }) =>
    elementwise(b, 'LeakyRelu', [float(b, x!)], 'float32', { alpha: { float: alpha as number } }),
  IsNan: (b, { x }) => elementwise(b, 'IsNaN', [float(b, x!)], 'bool'),
  Identity: (_b, { x }) => x!,
  Cast: (b, { x }, { dtype }) => {
    // tfjs truncates towards zero, as ONNX does.
    return cast(b, x!, dtype as DType);
  },
});
