import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExpressionTable } from './expressions.ts';

const pixels = fc.double({ noNaN: true, min: 0, max: 1e4 });
const side = fc.integer({ min: 1, max: 1_000_000 });
const expression = fc.record({
  image: fc.constantFrom('/a.png', '/b.png', '/c d.png'),
  text: fc.string({ unit: 'grapheme', minLength: 1 }),
  box: fc.tuple(pixels, pixels, pixels, pixels),
  size: fc.record({ width: side, height: side }, { noNullPrototype: true }),
});

it('gives back what was put in', () => {
  fc.assert(
    fc.property(fc.array(expression), (all) => {
      const table = new ExpressionTable('testA');
      for (const each of all) table.push(each);
      expect(table.size).toBe(all.length);
      expect(all.map((_, index) => table.at(index))).toEqual(all.map((each) => ({ ...each, part: 'testA' })));
      expect(() => table.at(all.length)).toThrow(`expression ${all.length} of ${all.length}`);
    }),
  );
});
