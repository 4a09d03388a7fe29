/**
 * The graph that a step becomes: ONNX operators over values of static shape.
 *
 * Nodes stand in the order in which they are to be executed. Values are compared by identity.
 */

export type DType = 'float32' | 'int32' | 'int64' | 'bool' | 'uint8' | 'int8';

export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

export type Constant =
  | { readonly kind: 'data'; readonly data: ConstantData }
  /** One number everywhere: never written out where a scalar does. */
  | { readonly kind: 'fill'; readonly value: number };

export interface Value {
  /** Unique in the process; names in the ONNX file are made of it. */
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly constant?: Constant;
}

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  /** '' for ONNX itself, or 'com.microsoft'. */
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /**
   * Nodes with equal marks may be merged where they compute the same, others not: what is computed again for the sake
   * of memory has a mark of its own.
   */
  readonly mark: number;
}

export interface Port {
  readonly name: string;
  readonly value: Value;
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly Port[];
}

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
} as const;

let nextId = 0;

export function createValue(shape: readonly number[], dtype: DType, constant?: Constant): Value {
  return { id: nextId++, shape: [...shape], dtype, ...(constant ? { constant } : {}) };
}

/** Number of elements. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

export const bytesPerElement = (dtype: DType): number => arrays[dtype].BYTES_PER_ELEMENT;

export const equalShapes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, index) => length === b[index]);

/** A constant of one number. Integers are rounded towards zero, truth values are 0 or 1. */
export function fill(shape: readonly number[], value: number, dtype: DType): Value {
  return createValue(shape, dtype, { kind: 'fill', value: represent(value, dtype) });
}

function represent(value: number, dtype: DType): number {
  if (dtype === 'float32') return Math.fround(value);
  return dtype === 'bool' ? Number(value !== 0) : Math.trunc(value);
}

/** A constant; numbers that are all the same are kept as one. */
export function constant(data: ConstantData, shape: readonly number[], dtype: DType): Value {
  if (data.length !== sizeOf(shape)) throw new Error(`[${shape.join(', ')}] holds no ${data.length} values`);
  const first = data[0];
  if (data.length > 0 && dtype !== 'int64' && isUniform(data)) return fill(shape, Number(first), dtype);
  return createValue(shape, dtype, { kind: 'data', data });
}

function isUniform(data: ConstantData): boolean {
  const first = data[0];
  for (let i = 1; i < data.length; i++) if (data[i] !== first) return false;
  // NaN differs from itself; a lone one is no number to fold with.
  return first === first;
}

/** The numbers of a constant, written out. */
export function constantData({ shape, dtype, constant: given }: Value): ConstantData {
  if (!given) throw new Error('this value is not a constant');
  if (given.kind === 'data') return given.data;
  if (dtype === 'int64') return new BigInt64Array(sizeOf(shape)).fill(BigInt(given.value));
  return new arrays[dtype](sizeOf(shape)).fill(given.value);
}

/** Whether `value` is the constant `expected` everywhere. */
export const isFill = (value: Value | undefined, expected: number): boolean =>
  value?.constant?.kind === 'fill' && value.constant.value === Math.fround(expected);

/** int64 numbers, as operands of Reshape, Slice and the like. */
export const integers = (numbers: readonly number[]): Value =>
  createValue([numbers.length], 'int64', {
    kind: 'data',
    data: BigInt64Array.from(numbers, (number) => BigInt(number)),
  });

/** The numbers of an int64 constant. */
export const readIntegers = (value: Value): number[] => Array.from(constantData(value), Number);

/** Shape of a broadcast. Throws when the shapes do not fit. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let length = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === length) continue;
      if (length !== 1)
        throw new Error(`shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not fit`);
      length = own;
    }
    return length;
  });
}

export interface GraphIndex {
  producer(value: Value): Node | undefined;
  /** Every use, once for each operand. */
  consumers(value: Value): readonly Node[];
  isOutput(value: Value): boolean;
}

export function indexGraph(graph: Graph): GraphIndex {
  const producers = new Map<Value, Node>();
  const consumers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
    for (const input of node.inputs) {
      if (!input) continue;
      const known = consumers.get(input);
      if (known) known.push(node);
      else consumers.set(input, [node]);
    }
  }
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  return {
    producer: (value) => producers.get(value),
    consumers: (value) => consumers.get(value) ?? [],
    isOutput: (value) => outputs.has(value),
  };
}

/** Number of nodes of every operator. */
export function countOps({ nodes }: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}
