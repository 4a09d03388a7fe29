/** Appends nodes to a graph while a function is traced or a pass rewrites one. */
import { createValue, equalShapes, type Attributes, type DType, type Node, type Value } from './graph.ts';

export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export class GraphBuilder {
  readonly nodes: Node[] = [];
  /** Mark of the nodes that come next; see `Node.mark`. */
  mark = 0;

  /** A node with several outputs. */
  nodeOf(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputSpec[],
    attributes: Attributes = {},
    domain = '',
  ): Value[] {
    const values = outputs.map(({ shape, dtype }) => createValue(shape, dtype));
    this.nodes.push({ op, domain, inputs, outputs: values, attributes, mark: this.mark });
    return values;
  }

  /** A node with one output. */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    shape: readonly number[],
    dtype: DType,
    attributes: Attributes = {},
    domain = '',
  ): Value {
    return this.nodeOf(op, inputs, [{ shape, dtype }], attributes, domain)[0]!;
  }

  /** The same operator, attributes and mark with other operands and, where given, another output. */
  copy(node: Node, inputs: readonly (Value | undefined)[], outputs: readonly Value[] = node.outputs): void {
    const same = inputs.every((input, index) => input === node.inputs[index]) && outputs === node.outputs;
    this.nodes.push(same ? node : { ...node, inputs, outputs });
  }
}

/** `value` unless its shape is another one, then `make` of it. */
export const unlessShaped = (value: Value, shape: readonly number[], make: () => Value): Value =>
  equalShapes(value.shape, shape) ? value : make();
