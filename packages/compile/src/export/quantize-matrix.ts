/**
 * A matrix as bytes with a factor for every column.
 *
 * Letters: I inputs (rows), O outputs (columns).
 */

export interface QuantizedMatrix {
  /** [I, O], row-major. */
  readonly values: Int8Array;
  /** [O]: a number is its byte times its column's factor. */
  readonly scales: Float32Array;
}

/**
 * Largest byte. Seven of the eight bits: processors without VNNI sum up two products of an unsigned and a signed byte in
 * 16 bits, where 2 · 255 · 64 just fits.
 */
const largest = 64;

const smallestNormal = 2 ** -126;

/** Of a float32 matrix that lies as [I, O], or transposed as [O, I]. */
export function quantizeMatrix(
  data: Float32Array,
  rows: number,
  columns: number,
  transposed: boolean,
): QuantizedMatrix {
  const [rowStride, columnStride] = transposed ? [1, rows] : [columns, 1];
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let most = 0;
    for (let row = 0; row < rows; row++) {
      most = Math.max(most, Math.abs(data[row * rowStride + column * columnStride]!));
    }
    const scale = Math.fround(most / largest);
    // Such a column is zero: its factor is no number that processors are sure to keep.
    const vanishes = scale < smallestNormal;
    scales[column] = vanishes ? 1 : scale;
    if (vanishes) continue;
    for (let row = 0; row < rows; row++) {
      values[row * columns + column] = Math.round(data[row * rowStride + column * columnStride]! / scale);
    }
  }
  return { values, scales };
}
