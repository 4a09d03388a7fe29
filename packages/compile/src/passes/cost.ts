/** A rough price of nodes: enough to weigh memory against time. */
import { sizeOf, type Attribute, type Node } from '../graph.ts';
import { bytesOf, viewOps } from '../lifetimes.ts';

/** What two cores do: operations of matrix products, and bytes of everything else, a second. */
const flopsPerSecond = 1e11;
const bytesPerSecond = 8e9;

const isOne = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;

/** Matrix products, which take most of the time. */
export const productOps: ReadonlySet<string> = new Set(['MatMul', 'FusedMatMul', 'Gemm']);

/** Seconds that a node takes. */
export function secondsOf(node: Node): number {
  if (viewOps.has(node.op)) return 0;
  if (productOps.has(node.op)) {
    const { shape } = node.inputs[0]!;
    const inner = shape.at(isOne(node.attributes['transA']) ? -2 : -1)!;
    return (2 * inner * sizeOf(node.outputs[0]!.shape)) / flopsPerSecond;
  }
  const bytes = [...node.inputs, ...node.outputs].reduce(
    (sum, value) => sum + (value ? bytesOf(value) : 0),
    0,
  );
  return bytes / bytesPerSecond;
}
