import type { Graph } from '../graph.ts';
import { fileOrder, runtimeOrder } from '../runtime-order.ts';

/** The graph as the runtime would execute it. */
export const inRuntimeOrder = (graph: Graph): Graph => ({
  ...graph,
  nodes: runtimeOrder(graph, fileOrder(graph)),
});
