import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantizeMatrix } from './quantize-matrix.ts';

it('keeps every number to half a step of its column, with bytes from -64 to 64', () => {
  const sizes = fc.record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 6 }) });
  const numbers = fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), {
    minLength: 36,
    maxLength: 36,
  });
  fc.assert(
    fc.property(sizes, numbers, ({ rows, columns }, values) => {
      const data = Float32Array.from(values.slice(0, rows * columns));
      const { values: bytes, scales } = quantizeMatrix(data, rows, columns, false);
      for (const [index, byte] of bytes.entries()) {
        const scale = scales[index % columns]!;
        expect(scale).toBeGreaterThan(0);
        expect(Math.abs(byte)).toBeLessThanOrEqual(64);
        // Where a whole column is below the smallest normal numbers it is zero.
        expect(Math.abs(byte * scale - data[index]!)).toBeLessThanOrEqual(
          0.5001 * scale + 64 * 2 ** -126 * Number(byte === 0),
        );
      }
    }),
  );
});

it('transposes: outputs become columns', () => {
  const data = Float32Array.of(1, -2, 4, 0.5, 0.25, -0.125);
  const { values, scales } = quantizeMatrix(data, 3, 2, true);
  expect([...values]).toEqual([16, 64, -32, 32, 64, -16]);
  expect([...scales]).toEqual([4 / 64, 0.5 / 64]);
});

it('says no numbers as zeros with a factor of one', () => {
  expect(quantizeMatrix(Float32Array.of(0, 1e-40, 0, -1e-40), 2, 2, false)).toEqual({
    values: new Int8Array(4),
    scales: Float32Array.of(1, 1),
  });
});
