import { fill, integers, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';

/**
 * `value`, when all of `after` are there. Costs nothing: a Reshape into the shape that the value has, to which the sizes
 * of the others are added zero times.
 */
export function waitFor(builder: GraphBuilder, value: Value, after: readonly Value[]): Value {
  const sizes = after.map((other) => builder.node('Size', [other], [], 'int64'));
  const sum = sizes.reduce((left, right) => builder.node('Add', [left, right], [], 'int64'));
  const nothing = builder.node('Mul', [sum, fill([], 0, 'int64')], [], 'int64');
  const shape = builder.node('Add', [integers(value.shape), nothing], [value.shape.length], 'int64');
  return builder.node('Reshape', [value, shape], value.shape, value.dtype);
}
