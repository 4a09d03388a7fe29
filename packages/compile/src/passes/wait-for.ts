import { integers, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';

const noAxes = { start: { int: 0 }, end: { int: 0 } } as const;

/**
 * `value`, when all of `after` are there. Costs nothing: a Reshape into the shape that the value has, behind which the
 * lengths of no axis of each of the others are written.
 */
export function waitFor(builder: GraphBuilder, value: Value, after: readonly Value[]): Value {
  const nothings = after.map((other) => builder.node('Shape', [other], [0], 'int64', noAxes));
  const { length } = value.shape;
  const parts = [integers(value.shape), ...nothings];
  const shape = builder.node('Concat', parts, [length], 'int64', { axis: { int: 0 } });
  return builder.node('Reshape', [value, shape], value.shape, value.dtype);
}
