/** Computes what is the same only once; work that is marked as done again stays apart. */
import type { Graph, Node, Value } from '../graph.ts';
import { rewrite } from './rewrite.ts';

export function mergeCommonSubexpressions(graph: Graph): Graph {
  const constants = new Map<string, Value>();
  const known = new Map<string, readonly Value[]>();
  const keyOf = (value: Value | undefined): string => {
    if (!value) return '-';
    const text = constantKey(value);
    if (text === undefined) return String(value.id);
    const first = constants.get(text) ?? value;
    constants.set(text, first);
    return String(first.id);
  };
  return rewrite(graph, (node) => {
    const key = `${node.mark}|${operatorKey(node)}|${node.inputs.map(keyOf).join(',')}`;
    const before = known.get(key);
    if (before && before.length === node.outputs.length) return before;
    known.set(key, node.outputs);
    return undefined;
  });
}

const operatorKey = ({ op, domain, attributes, outputs }: Node): string =>
  `${domain}:${op}:${JSON.stringify(attributes)}:${outputs.length}:${outputs[0]?.shape.join('x')}:${outputs[0]?.dtype}`;

/** The same text for constants that hold the same; undefined for others, and for more than 64 different numbers. */
export function constantKey({ constant, dtype, shape }: Value): string | undefined {
  if (!constant) return undefined;
  if (constant.kind === 'data' && constant.data.length > 64) return undefined;
  const numbers = constant.kind === 'fill' ? [constant.value] : Array.from<number | bigint>(constant.data);
  // A quotient tells the two zeros apart.
  const texts = numbers.map((number) => (Object.is(number, -0) ? '-0' : String(number)));
  return `${dtype}[${shape.join(',')}]=${texts.join(',')}`;
}
