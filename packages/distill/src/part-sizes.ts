/** Large batches go part by part through what would need much memory for all examples at once. */

export interface PartLimits {
  /** Bytes of the examples of a part together. A single example may have more. */
  readonly bytes: number;
  /** Most parts, whatever their bytes: each costs its own nodes in the graph, and a start of every operator. */
  readonly parts: number;
}

/** How many of `batch` examples of `bytes` each are in every part. */
export function partSizes(batch: number, bytes: number, most: PartLimits): number[] {
  const fewest = Math.ceil(batch / most.parts);
  const size = Math.min(batch, Math.max(1, Math.floor(most.bytes / bytes), fewest));
  return Array.from({ length: Math.ceil(batch / size) }, (_, index) => Math.min(size, batch - index * size));
}
