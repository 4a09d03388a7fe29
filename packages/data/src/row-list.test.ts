import { expect, it } from 'vitest';
import { joinRows, pickRows, rowsOf, spreadRows, type RowList } from './row-list.ts';

const all = <T>(list: RowList<T>): T[] => Array.from({ length: list.size }, (_, index) => list.at(index));
const letters = rowsOf([...'abcdefg']);

it('picks and spreads rows', () => {
  expect(all(pickRows(letters, [6, 0, 0]))).toEqual(['g', 'a', 'a']);
  expect(all(spreadRows(letters, 3))).toEqual(['a', 'c', 'e']);
  expect(spreadRows(letters, 7)).toBe(letters);
});

it('joins lists, empty ones too', () => {
  const empty = rowsOf<string>([]);
  expect(all(joinRows([empty, rowsOf(['x']), empty, pickRows(letters, [1, 2])]))).toEqual(['x', 'b', 'c']);
  expect(joinRows([letters])).toBe(letters);
  expect(joinRows([]).size).toBe(0);
});
