import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactColumn } from './compact-column.ts';

describe('CompactColumn', () => {
  it('gives back texts, numbers and nothing', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true }), fc.constant(null));
    fc.assert(
      fc.property(fc.array(cell), (cells) => {
        const column = new CompactColumn();
        for (const value of cells) {
          if (value === null) column.pushNull();
          else if (typeof value === 'number') column.pushNumber(value);
          else column.pushString(value);
        }
        expect(column.size).toBe(cells.length);
        expect(cells.map((_, row) => column.value(row))).toEqual(cells);
      }),
    );
  });

  it('keeps texts that are larger than a slab, and those around them', () => {
    const column = new CompactColumn();
    const lengths = [10, 70_000, 60_000, 10, 9 << 20, 3];
    for (const [index, length] of lengths.entries())
      column.pushText(column.addText(Buffer.alloc(length, index + 65)));
    lengths.forEach((length, index) =>
      expect(column.value(index)).toBe(String.fromCharCode(index + 65).repeat(length)),
    );
  });

  it('shares a text between cells', () => {
    const column = new CompactColumn();
    const id = column.addText(Buffer.from('yes'));
    for (let row = 0; row < 3; row++) column.pushText(id);
    expect([0, 1, 2].map((row) => column.value(row))).toEqual(['yes', 'yes', 'yes']);
  });
});
