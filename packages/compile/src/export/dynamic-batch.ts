/**
 * Makes a graph of any batch size from two graphs of fixed ones: what is equal in both does not depend on the batch,
 * and the few lengths that differ are computed from the shape of an input.
 *
 * Letters: B batch.
 */
import { MdpdError } from '@mdpd/core';
import {
  constantData,
  createValue,
  equalShapes,
  fill,
  integers,
  readIntegers,
  type Graph,
  type Node,
  type Value,
} from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';

/** A graph as it is for one batch size. */
export interface SizedGraph {
  readonly batch: number;
  readonly graph: Graph;
}

/** A fixed length, or one that is a multiple of B. */
type Length = number | { readonly timesBatch: number };

/**
 * The first graph, for any batch size. Reshapes get a -1, shapes of Expand and of repeated numbers are computed.
 *
 * @throws EXPORT_BATCH where anything else depends on the batch size: names the operator
 */
export function dynamicBatch(first: SizedGraph, second: SizedGraph): Graph {
  return new Comparison(first, second).merge();
}

class Comparison {
  private readonly first: SizedGraph;
  private readonly second: SizedGraph;
  private readonly builder = new GraphBuilder();
  /** Values of the first graph with their twins in the second. */
  private readonly twins = new Map<Value, Value>();
  private batch: Value | undefined;

  constructor(first: SizedGraph, second: SizedGraph) {
    this.first = first;
    this.second = second;
  }

  merge(): Graph {
    const [{ graph }, { graph: other }] = [this.first, this.second];
    graph.inputs.forEach(({ value }, index) => this.twins.set(value, other.inputs[index]!.value));
    graph.nodes.forEach((node, index) => this.addNode(node, other.nodes[index]));
    if (other.nodes.length !== graph.nodes.length) throw this.dependent(other.nodes[graph.nodes.length]!);
    graph.outputs.forEach(({ name, value }, index) => {
      this.checkOutput(name, value, other.outputs[index]!.value);
    });
    return { ...graph, nodes: this.builder.nodes };
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

  /** What takes the place of a constant that depends on the batch size. */
  private computed(node: Node, index: number, value: Value, twin: Value): Value {
    const { constant } = value;
    if (index === 1 && (node.op === 'Reshape' || node.op === 'Expand')) {
      const lengths = this.lengths(node, readIntegers(value), readIntegers(twin));
      return node.op === 'Reshape' ? this.inferred(node, lengths) : this.shape(lengths);
    }
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
      if (length === twin[axis]) return length;
      const timesBatch = length / this.first.batch;
      if (timesBatch !== twin[axis]! / this.second.batch || !Number.isInteger(timesBatch)) {
        throw this.dependent(node);
      }
      return { timesBatch };
    });
  }

  private inferred(node: Node, lengths: readonly Length[]): Value {
    if (lengths.filter((length) => typeof length !== 'number').length > 1) throw this.dependent(node);
    return integers(lengths.map((length) => (typeof length === 'number' ? length : -1)));
  }

  /** int64 numbers that are known when the model runs. */
  private shape(lengths: readonly Length[]): Value {
    const parts = lengths.map((length) => {
      if (typeof length === 'number') return integers([length]);
      const batch = this.batchSize();
      if (length.timesBatch === 1) return batch;
      return this.builder.node('Mul', [batch, integers([length.timesBatch])], [1], 'int64');
    });
    if (parts.length === 1) return parts[0]!;
    return this.builder.node('Concat', parts, [parts.length], 'int64', { axis: { int: 0 } });
  }

  /** [B] as int64. */
  private batchSize(): Value {
    if (this.batch) return this.batch;
    const input = this.first.graph.inputs.find(({ value }) => {
      const { shape } = this.twins.get(value)!;
      return value.shape[0] === this.first.batch && shape[0] === this.second.batch;
    })!;
    const only = { start: { int: 0 }, end: { int: 1 } };
    this.batch = createValue([1], 'int64');
    this.builder.nodes.unshift({
      op: 'Shape',
      domain: '',
      inputs: [input.value],
      outputs: [this.batch],
      attributes: only,
      mark: 0,
    });
    return this.batch;
  }

  private checkOutput(name: string, value: Value, twin: Value): void {
    const begins = value.shape[0] === this.first.batch && twin.shape[0] === this.second.batch;
    const known = this.twins.get(value) === twin;
    if (known && begins && equalShapes(value.shape.slice(1), twin.shape.slice(1))) return;
    throw new MdpdError(
      'EXPORT_BATCH',
      `the output ${name} does not follow the batch size: it is ${this.shown(value.shape)} examples`,
      { allowed: '[B, …], B examples' },
    );
  }

  private dependent(node: Node): MdpdError {
    return new MdpdError(
      'EXPORT_BATCH',
      `the operator ${node.op} (to ${this.shown(node.outputs[0]!.shape)}) depends on the batch size in a way that one file for all batch sizes cannot say`,
      {
        allowed: 'Reshape to a shape with B in one axis, broadcasts to shapes with B in any',
        fix: 'keep the batch an axis of its own in the backbone, and constants free of it',
      },
    );
  }

  /** `[B, 5] for B = 11` */
  private shown(shape: readonly number[]): string {
    const { batch } = this.first;
    const lengths = shape.map((length) => {
      if (length === 0 || length % batch !== 0) return String(length);
      return length === batch ? 'B' : `${length / batch}·B`;
    });
    return `[${lengths.join(', ')}] for B = ${batch}`;
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
