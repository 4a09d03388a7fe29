import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloat16FromFloat32, float32FromBfloat16, float32FromHalf, halfFromFloat32 } from './half.ts';

const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);

const half = (value: number): number => halfFromFloat32(Float32Array.of(value))[0]!;
const bfloat = (value: number): number => bfloat16FromFloat32(Float32Array.of(value))[0]!;

/** The nearest of the finite `candidates`, of two equally near the one with the even code. */
function nearest(value: number, finite: readonly (readonly [number, number])[]): number {
  let low = 0;
  let high = finite.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (finite[middle]![0] <= value) low = middle;
    else high = middle;
  }
  const [below, above] = [finite[low]!, finite[high]!];
  const difference = Math.abs(value - below[0]) - Math.abs(value - above[0]);
  if (difference !== 0) return difference < 0 ? below[1] : above[1];
  return below[1] % 2 === 0 ? below[1] : above[1];
}

const positive = (values: Float32Array): [number, number][] =>
  Array.from(values, (value, code): [number, number] => [value, code]).filter(
    ([value, code]) => code < 0x8000 && Number.isFinite(value),
  );

describe('half', () => {
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])('%i is %d', (bits, value) => {
    expect(float32FromHalf(Uint16Array.of(bits))[0]).toBe(value);
    expect(half(value)).toBe(bits);
  });

  it('survives the round trip, every value', () => {
    const values = float32FromHalf(all);
    const back = halfFromFloat32(values);
    const changed = all.filter((bits, i) => back[i] !== bits && !Number.isNaN(values[i]!));
    expect(changed).toHaveLength(0);
    expect(Object.is(float32FromHalf(Uint16Array.of(0x8000))[0], -0)).toBe(true);
    // NaN: 2 signs of 1,023 mantissas.
    expect(values.filter(Number.isNaN)).toHaveLength(2046);
    const again = float32FromHalf(back);
    expect(all.filter((_, i) => Number.isNaN(values[i]!) !== Number.isNaN(again[i]!))).toHaveLength(0);
    expect(float32FromHalf(Uint16Array.of(half(NaN)))[0]).toBeNaN();
  });

  it('rounds to the nearest, ties to even', () => {
    const finite = positive(float32FromHalf(all));
    const between = fc.float({ min: 0, max: 65504, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(between, fc.float({ min: 0, max: Math.fround(2 ** -13) })), (value) => {
        if (Number.isNaN(value)) return;
        expect(half(value)).toBe(nearest(Math.abs(value), finite));
        expect(half(-Math.abs(value))).toBe(0x8000 | half(Math.abs(value)));
      }),
      { numRuns: 2_000 },
    );
    const ties = finite.slice(0, -1).map(([value], i) => (value + finite[i + 1]![0]) / 2);
    expect(ties.filter((tie) => half(tie) !== nearest(tie, finite))).toEqual([]);
  });

  it('overflows halfway to the next power of two', () => {
    expect([half(65519.99), half(65520), half(1e30), half(-70000)]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
    expect([half(2 ** -25), half(2 ** -25 * 1.0001), half(1e-45)]).toEqual([0, 1, 0]);
  });
});

describe('bfloat16', () => {
  it('survives the round trip, every value', () => {
    const values = float32FromBfloat16(all);
    const back = bfloat16FromFloat32(values);
    expect(all.filter((bits, i) => back[i] !== bits && !Number.isNaN(values[i]!))).toHaveLength(0);
    const again = float32FromBfloat16(back);
    expect(all.filter((_, i) => Number.isNaN(values[i]!) !== Number.isNaN(again[i]!))).toHaveLength(0);
  });

  it('rounds to the nearest, ties to even', () => {
    const finite = positive(float32FromBfloat16(all));
    fc.assert(
      fc.property(fc.float({ min: 0, max: Math.fround(3.3e38), noNaN: true }), (value) => {
        expect(bfloat(value)).toBe(nearest(Math.abs(value), finite));
      }),
      { numRuns: 2_000 },
    );
    expect([bfloat(1), bfloat(1.00390625), bfloat(1.01171875), bfloat(-Infinity)]).toEqual([
      0x3f80, 0x3f80, 0x3f82, 0xff80,
    ]);
  });

  it('keeps NaN, whatever its mantissa', () => {
    const nan = new Float32Array(Uint32Array.of(0x7f800001, 0x7fffffff, 0xff80ffff).buffer);
    expect(Array.from(float32FromBfloat16(bfloat16FromFloat32(nan)))).toEqual([NaN, NaN, NaN]);
  });
});
