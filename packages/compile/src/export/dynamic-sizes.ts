/**
 * Makes a graph of any batch size, and of any number of tokens, from two graphs of fixed ones: what is equal in both does
 * not depend on the sizes, and the few lengths that differ are computed from the shapes of inputs.
 *
 * Letters: B batch, N tokens (of the first kind of text, N2 of the second).
 */
import { MdpdError } from '@mdpd/core';
import {
  constantData,
  equalShapes,
  fill,
  integers,
  readIntegers,
  type Graph,
  type Node,
  type Value,
} from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';
import type { Dimension } from '../to-onnx.ts';
import { sizeLetter, type DynamicSize } from './exportable-model.ts';
import { lengthFrom, sameLength, type Length } from './lengths.ts';

/** A graph as it is for some sizes: those of `sizes`, in their order. */
export interface SizedGraph {
  readonly sizes: readonly number[];
  readonly graph: Graph;
}

export interface DynamicGraph {
  readonly graph: Graph;
  /** Shapes of outputs by name. */
  readonly outputs: Readonly<Record<string, readonly Dimension[]>>;
}

/**
 * The first graph, for any sizes. Reshapes copy lengths and infer one; other shapes, ends of slices and repeated numbers
 * are computed.
 *
 * @param sizes - the batch, then others
 * @throws EXPORT_BATCH, or EXPORT_TOKENS where there are several sizes, where anything else depends on them: names the
 *   operator
 */
export function dynamicSizes(
  sizes: readonly DynamicSize[],
  first: SizedGraph,
  second: SizedGraph,
): DynamicGraph {
  return new Comparison(sizes, first, second).merge();
}

class Comparison {
  private readonly sizes: readonly DynamicSize[];
  private readonly first: SizedGraph;
  private readonly second: SizedGraph;
  private readonly builder = new GraphBuilder();
  /** What computes sizes and shapes: it comes before everything that reads them. */
  private readonly prelude = new GraphBuilder();
  private readonly computedShapes = new Map<string, Value>();
  /** Values of the first graph with their twins in the second. */
  private readonly twins = new Map<Value, Value>();

  constructor(sizes: readonly DynamicSize[], first: SizedGraph, second: SizedGraph) {
    this.sizes = sizes;
    this.first = first;
    this.second = second;
  }

  merge(): DynamicGraph {
    const [{ graph }, { graph: other }] = [this.first, this.second];
    graph.inputs.forEach(({ value }, index) => this.twins.set(value, other.inputs[index]!.value));
    graph.nodes.forEach((node, index) => this.addNode(node, other.nodes[index]));
    if (other.nodes.length !== graph.nodes.length) throw this.dependent(other.nodes[graph.nodes.length]!);
    const outputs = graph.outputs.map(({ name, value }, index) => {
      return [name, this.outputShape(name, value, other.outputs[index]!.value)] as const;
    });
    return {
      graph: { ...graph, nodes: [...this.prelude.nodes, ...this.builder.nodes] },
      outputs: Object.fromEntries(outputs),
    };
  }

  private addNode(node: Node, twin: Node | undefined): void {
    if (!twin || !sameOperator(node, twin)) throw this.dependent(node);
    const inputs = node.inputs.map((input, index) => this.operand(node, index, input, twin.inputs[index]));
    node.outputs.forEach((output, index) => this.twins.set(output, twin.outputs[index]!));
    this.builder.copy(node, inputs);
  }

  private operand(
    node: Node,
    index: number,
    value: Value | undefined,
    twin: Value | undefined,
  ): Value | undefined {
    if (!value || !twin) {
      if (value !== twin) throw this.dependent(node);
      return undefined;
    }
    if (!value.constant || !twin.constant) {
      if (this.twins.get(value) !== twin) throw this.dependent(node);
      return value;
    }
    return sameConstant(value, twin) ? value : this.computed(node, index, value, twin);
  }

  /** What takes the place of a constant that depends on the sizes. */
  private computed(node: Node, index: number, value: Value, twin: Value): Value {
    const { constant } = value;
    const lengthsIn = (operators: readonly string[], places: readonly number[]): Length[] | undefined =>
      operators.includes(node.op) && places.includes(index)
        ? this.lengths(node, readIntegers(value), readIntegers(twin))
        : undefined;
    const target = lengthsIn(['Reshape'], [1]);
    if (target) return this.reshapeTarget(node, target);
    const computed = lengthsIn(['Expand'], [1]) ?? lengthsIn(['Slice'], [1, 2]);
    if (computed) return this.shape(computed);
    if (
      constant?.kind === 'fill' &&
      twin.constant?.kind === 'fill' &&
      constant.value === twin.constant.value
    ) {
      const lengths = this.lengths(node, value.shape, twin.shape);
      const single = fill([], constant.value, value.dtype);
      return this.builder.node('Expand', [single, this.shape(lengths)], value.shape, value.dtype);
    }
    throw this.dependent(node);
  }

  private lengths(node: Node, shape: readonly number[], twin: readonly number[]): Length[] {
    if (shape.length !== twin.length) throw this.dependent(node);
    return shape.map((length, axis) => {
      const found = this.length(length, twin[axis]!);
      if (found === undefined) throw this.dependent(node);
      return found;
    });
  }

  private length(length: number, twin: number): Length | undefined {
    return lengthFrom(this.first.sizes, this.second.sizes, length, twin);
  }

  /** A length that stands in its place already is copied (0), one other is inferred (−1), more are computed. */
  private reshapeTarget(node: Node, lengths: readonly Length[]): Value {
    const input = node.inputs[0]!;
    const twin = this.twins.get(input);
    const dynamic = lengths.filter((length) => typeof length !== 'number').length;
    if (dynamic === 1) return integers(lengths.map((length) => (typeof length === 'number' ? length : -1)));
    const stands = (length: Length, axis: number): boolean => {
      const [own, other] = [input.shape[axis], twin?.shape[axis]];
      return own !== undefined && other !== undefined && sameLength(this.length(own, other), length);
    };
    const copied = lengths.map((length, axis) =>
      typeof length === 'number' ? length : stands(length, axis) ? 0 : -1,
    );
    return copied.filter((length) => length === -1).length <= 1 ? integers(copied) : this.shape(lengths);
  }

  /** int64 numbers that are known when the model runs; equal ones are computed once. */
  private shape(lengths: readonly Length[]): Value {
    const key = JSON.stringify(lengths);
    const known = this.computedShapes.get(key);
    if (known) return known;
    const parts = lengths.map((length) => this.numberOf(length));
    const axis = { axis: { int: 0 } };
    const shape =
      parts.length === 1 ? parts[0]! : this.prelude.node('Concat', parts, [parts.length], 'int64', axis);
    this.computedShapes.set(key, shape);
    return shape;
  }

  /** [1] as int64. */
  private numberOf(length: Length): Value {
    if (typeof length === 'number') return integers([length]);
    const factors = length.of.map(({ size, plus }) => this.sizePlus(size, plus));
    const all = length.times === 1 ? factors : [...factors, integers([length.times])];
    return all.reduce((result, factor) => this.prelude.node('Mul', [result, factor], [1], 'int64'));
  }

  /** [1] as int64; equal ones are computed once. */
  private sizePlus(place: number, plus: number): Value {
    const size = this.size(place);
    if (plus === 0) return size;
    const key = `size ${place} + ${plus}`;
    const known = this.computedShapes.get(key);
    if (known) return known;
    const value = this.prelude.node('Add', [size, integers([plus])], [1], 'int64');
    this.computedShapes.set(key, value);
    return value;
  }

  /** One of the sizes, [1] as int64: a length of an input. */
  private size(place: number): Value {
    const key = `size ${place}`;
    const known = this.computedShapes.get(key);
    if (known) return known;
    const { input: name, axis } = this.sizes[place]!;
    const port = this.first.graph.inputs.find((each) => each.name === name)!;
    const only = { start: { int: axis }, end: { int: axis + 1 } };
    const value = this.prelude.node('Shape', [port.value], [1], 'int64', only);
    this.computedShapes.set(key, value);
    return value;
  }

  private outputShape(name: string, value: Value, twin: Value): Dimension[] {
    const known = this.twins.get(value) === twin;
    const dimensions = value.shape.map((length, axis) => this.dimension(length, twin.shape[axis]));
    const isBatch = dimensions[0] === this.sizes[0]!.axisName;
    if (known && isBatch && value.shape.length === twin.shape.length && !dimensions.includes(undefined)) {
      return dimensions as Dimension[];
    }
    throw new MdpdError(
      this.code,
      `the output ${name} does not follow the batch size: it is ${this.shown(value.shape)} examples`,
      { allowed: '[B, …], B examples' },
    );
  }

  /** A number, or the name of a size. */
  private dimension(length: number, twin: number | undefined): Dimension | undefined {
    const found = twin === undefined ? undefined : this.length(length, twin);
    if (found === undefined || typeof found === 'number') return found;
    const [only, more] = found.of;
    const isSize = found.times === 1 && more === undefined && only?.plus === 0;
    return isSize ? this.sizes[only.size]!.axisName : undefined;
  }

  private get code(): string {
    return this.sizes.length === 1 ? 'EXPORT_BATCH' : 'EXPORT_TOKENS';
  }

  private dependent(node: Node): MdpdError {
    const of = `the operator ${node.op} (to ${this.shown(node.outputs[0]!.shape)}) depends on the`;
    if (this.sizes.length === 1) {
      return new MdpdError(
        this.code,
        `${of} batch size in a way that one file for all batch sizes cannot say`,
        {
          allowed: 'Reshape to a shape with B in one axis, broadcasts to shapes with B in any',
          fix: 'keep the batch an axis of its own in the backbone, and constants free of it',
        },
      );
    }
    return new MdpdError(
      this.code,
      `${of} batch size or the number of tokens in a way that one file for all sizes cannot say`,
      {
        allowed:
          'Reshape and broadcasts to lengths that are products of sizes (of tokens with a number more), ' +
          'slices that end at them',
        fix: 'make constants for the most tokens and slice them to those that are there',
      },
    );
  }

  /** `[B, 5] for B = 11` */
  private shown(shape: readonly number[]): string {
    const letters = this.sizes.map((_, place) => sizeLetter(place));
    const lengths = shape.map((length) => this.shownLength(length, letters));
    const values = letters.map((letter, place) => `${letter} = ${this.first.sizes[place]}`);
    return `[${lengths.join(', ')}] for ${values.join(', ')}`;
  }

  private shownLength(length: number, letters: readonly string[]): string {
    const { sizes } = this.first;
    const place = sizes.findIndex((size) => length !== 0 && length % size === 0);
    if (place < 0) return String(length);
    return length === sizes[place] ? letters[place]! : `${length / sizes[place]!}·${letters[place]}`;
  }
}

function sameOperator(node: Node, twin: Node): boolean {
  return (
    node.op === twin.op &&
    node.domain === twin.domain &&
    node.inputs.length === twin.inputs.length &&
    node.outputs.length === twin.outputs.length &&
    JSON.stringify(node.attributes) === JSON.stringify(twin.attributes)
  );
}

function sameConstant(value: Value, twin: Value): boolean {
  if (value === twin) return true;
  const [a, b] = [value.constant!, twin.constant!];
  if (value.dtype !== twin.dtype || !equalShapes(value.shape, twin.shape)) return false;
  if (a.kind === 'fill' && b.kind === 'fill') return Object.is(a.value, b.value);
  const [data, other] = [constantData(value), constantData(twin)];
  return data.every((number, index) => Object.is(number, other[index]));
}
