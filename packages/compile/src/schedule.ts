/** Decides in which order a graph runs. */
import { arenaBytes } from './arena.ts';
import type { Graph, Node } from './graph.ts';
import { memoryPeak } from './lifetimes.ts';
import { insertBarriers } from './passes/barriers.ts';
import { delayProducts } from './passes/late-products.ts';
import { reserving, withReserve } from './passes/one-region.ts';
import { rematerialize } from './passes/rematerialize.ts';
import { separateOutputs } from './passes/separate-outputs.ts';
import { fileOrder, runtimeOrder } from './runtime-order.ts';

export interface Schedule {
  /** Nodes in the order in which the runtime executes them. */
  readonly graph: Graph;
  /** Nodes in the order in which the file has to hold them for that. */
  readonly file: readonly Node[];
  /** Bytes of intermediate values at the worst moment. */
  readonly peakBytes: number;
}

/** Barriers are many small nodes, some microseconds each: less than this is not worth them. */
const worthBarriers = 16 * 2 ** 20;

/** From here on a step takes seconds, and more ways are worth trying. */
const worthTrying = 128 * 2 ** 20;

/** Nodes between two barriers that are tried; where holes in the arena fall, nobody can tell without trying. */
const [fewLengths, manyLengths] = [
  [24, 40, 48],
  [16, 24, 28, 40, 48],
];

/** The order that needs the least memory of those that the runtime can be brought to at a fair price. */
export function schedule(graph: Graph): Schedule {
  const separate = rematerialize(separateOutputs(graph));
  const plain = ordered(separate);
  if (plain.peakBytes < worthBarriers) return plain;
  const isLarge = plain.peakBytes >= worthTrying;
  const forms = isLarge ? [separate, delayProducts(separate)] : [separate];
  const lengths = isLarge ? manyLengths : fewLengths;
  const best = smallest(forms.flatMap((form) => guided(form, lengths)));
  return arenaBytes(plain.graph) - best.bytes >= worthBarriers ? best.schedule : plain;
}

interface Candidate {
  readonly schedule: Schedule;
  /** Of the arena. */
  readonly bytes: number;
}

const smallest = (candidates: readonly Candidate[]): Candidate =>
  candidates.reduce((best, next) => (next.bytes < best.bytes ? next : best));

const measured = (found: Schedule): Candidate => ({ schedule: found, bytes: arenaBytes(found.graph) });

/** With barriers at several distances, in regions as they come and in one that is there from the beginning. */
function guided(form: Graph, lengths: readonly number[]): Candidate[] {
  const reserved = withReserve(form);
  return lengths.flatMap((segmentLength) => {
    const barriers = (graph: Graph): Schedule => ordered(insertBarriers(graph, { segmentLength }));
    const grown = measured(barriers(form));
    if (!reserved) return [grown];
    return [grown, measured(inOneRegion(barriers(reserved.graph), reserved.reserve))];
  });
}

/** Asks for all bytes at once that the schedule takes from an arena of one region. */
function inOneRegion({ graph, file, peakBytes }: Schedule, reserve: Node): Schedule {
  const changes = reserving({ graph, reserve }, arenaBytes(graph, 2 ** 40));
  const change = (node: Node): Node => changes.get(node) ?? node;
  return { graph: { ...graph, nodes: graph.nodes.map(change) }, file: file.map(change), peakBytes };
}

function ordered(graph: Graph): Schedule {
  const file = fileOrder(graph);
  const nodes = runtimeOrder(graph, file);
  const scheduled = { ...graph, nodes };
  return { graph: scheduled, file, peakBytes: memoryPeak(scheduled).bytes };
}
