/**
 * How much memory ONNX Runtime's arena takes for a run of a graph: more than its values, because holes are left between
 * them.
 *
 * The arena is a best-fit allocator with coalescing (`BFCArena` of the runtime's sources, with its default settings). A
 * request takes the smallest free chunk that is large enough, and all of it unless that is at least twice or by 128 MiB as
 * large. Where there is none the arena asks the system for a further region, twice as large as the last. What of a region has
 * never been used takes no memory.
 */
import { bytesOf, lastUses, memoryOwners } from './lifetimes.ts';
import type { Graph, Node, Value } from './graph.ts';

const alignment = 256;
const firstRegionBytes = 2 ** 20;
const mostDeadBytes = 128 * 2 ** 20;

interface Chunk {
  readonly region: Region;
  /** Offset in the region. */
  readonly start: number;
  size: number;
  free: boolean;
  before: Chunk | undefined;
  after: Chunk | undefined;
}

interface Region {
  /** Bytes from its start that have been used at some time. */
  used: number;
  /** For a stable order among chunks of one size. */
  readonly number: number;
}

export class Arena {
  private readonly regions: Region[] = [];
  /** Free chunks by size, then place. */
  private readonly free: Chunk[] = [];
  private nextRegionBytes: number;

  /** @param regionBytes - of the first region */
  constructor(regionBytes = firstRegionBytes) {
    this.nextRegionBytes = regionBytes;
  }

  /** Bytes that have been used at some time. */
  get touchedBytes(): number {
    return this.regions.reduce((sum, { used }) => sum + used, 0);
  }

  allocate(bytes: number): Chunk {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    let index = this.position(size, -1, -1);
    if (index === this.free.length) {
      this.extend(size);
      index = this.position(size, -1, -1);
    }
    const [chunk] = this.free.splice(index, 1) as [Chunk];
    if (chunk.size >= 2 * size || chunk.size - size >= mostDeadBytes) this.split(chunk, size);
    chunk.free = false;
    chunk.region.used = Math.max(chunk.region.used, chunk.start + size);
    return chunk;
  }

  release(chunk: Chunk): void {
    let merged = chunk;
    if (chunk.after?.free) this.absorb(chunk, chunk.after);
    if (chunk.before?.free) {
      merged = chunk.before;
      this.remove(merged);
      this.absorb(merged, chunk);
    }
    merged.free = true;
    this.insert(merged);
  }

  private extend(size: number): void {
    let grown = false;
    while (this.nextRegionBytes < size) {
      this.nextRegionBytes *= 2;
      grown = true;
    }
    const region = { used: 0, number: this.regions.length };
    this.regions.push(region);
    this.insert({
      region,
      start: 0,
      size: this.nextRegionBytes,
      free: true,
      before: undefined,
      after: undefined,
    });
    if (!grown) this.nextRegionBytes *= 2;
  }

  private split(chunk: Chunk, size: number): void {
    const rest: Chunk = {
      region: chunk.region,
      start: chunk.start + size,
      size: chunk.size - size,
      free: true,
      before: chunk,
      after: chunk.after,
    };
    if (chunk.after) chunk.after.before = rest;
    chunk.after = rest;
    chunk.size = size;
    this.insert(rest);
  }

  /** `right`, which stands behind `left`, becomes a part of it. */
  private absorb(left: Chunk, right: Chunk): void {
    if (right.free) this.remove(right);
    left.size += right.size;
    left.after = right.after;
    if (right.after) right.after.before = left;
  }

  /** Where a free chunk of this size and place stands, or would. */
  private position(size: number, region: number, start: number): number {
    let [low, high] = [0, this.free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.free[middle]!;
      const isBefore = chunk.size - size || chunk.region.number - region || chunk.start - start;
      if (isBefore < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private insert(chunk: Chunk): void {
    this.free.splice(this.position(chunk.size, chunk.region.number, chunk.start), 0, chunk);
  }

  private remove(chunk: Chunk): void {
    this.free.splice(this.position(chunk.size, chunk.region.number, chunk.start), 1);
  }
}

/**
 * Bytes of what an operator takes for itself while it runs. `MultiHeadAttention` moves the heads of its operands to the
 * front and, where scores are masked, writes all of them (`MultiHeadAttention::Compute` and `AttentionCPUBase` of the
 * runtime's sources; without a mask it goes block by block).
 */
function workspaceOf({ op, inputs, attributes }: Node): number[] {
  if (op !== 'MultiHeadAttention') return [];
  const [query, key, value] = inputs as [Value, Value, Value];
  const moved = [query, key, value].map(bytesOf);
  if (!inputs[4] && !inputs[5]) return moved;
  const heads = attributes['num_heads'];
  const [batch, queries] = query.shape as [number, number];
  const scores = 4 * batch * (heads && 'int' in heads ? heads.int : 1) * queries * key.shape[1]!;
  return [...moved, scores, bytesOf(query)];
}

/**
 * Bytes that the arena takes for the nodes in the graph's order. Inputs, outputs and constants have memory of their own.
 * Every result gets memory of its own too: with shapes hidden, the runtime does not know which operand it could take.
 *
 * @param regionBytes - of the first region; see passes/one-region.ts
 */
export function arenaBytes(graph: Graph, regionBytes = firstRegionBytes): number {
  const ownerOf = memoryOwners(graph);
  const kept = new Set<Value>([...graph.inputs, ...graph.outputs].map(({ value }) => ownerOf(value)));
  const lastUse = lastUses(graph.nodes, ownerOf);
  const arena = new Arena(regionBytes);
  const chunks = new Map<Value, Chunk>();
  graph.nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      const owner = ownerOf(output);
      const isOwn = owner === output && !kept.has(owner);
      if (isOwn && bytesOf(owner) > 0) chunks.set(owner, arena.allocate(bytesOf(owner)));
    }
    for (const chunk of workspaceOf(node).map((bytes) => arena.allocate(bytes))) arena.release(chunk);
    for (const value of [...node.inputs, ...node.outputs]) {
      const owner = value && ownerOf(value);
      const chunk = owner && chunks.get(owner);
      if (!chunk || (lastUse.get(owner) ?? -1) > index) continue;
      chunks.delete(owner);
      arena.release(chunk);
    }
  });
  return arena.touchedBytes;
}
