/** The sum behind the gradient of a look-up. Letters: M rows, D width. */
import type { TypedArray } from '@mdpd/core';

/** Adds row i of `values` [M, D] to row `ids[i]` of `sums`. Rows whose id is out of range count nowhere. */
export function addRows(sums: TypedArray, values: TypedArray, ids: TypedArray, width: number): void {
  ids.forEach((id, row) => {
    const [to, from] = [id * width, row * width];
    if (id < 0 || to >= sums.length) return;
    for (let i = 0; i < width; i++) sums[to + i]! += values[from + i]!;
  });
}
