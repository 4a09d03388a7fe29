import { formatError, MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { mostColumns, pickColumns } from './table-builder.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

function failure(available: readonly string[], wanted?: readonly string[]): string {
  try {
    pickColumns(available, wanted, 'x.tsv');
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'picked';
}

describe('pickColumns', () => {
  it('finds columns by name, in the order that is wanted', () => {
    expect(pickColumns(['a', 'b', 'c'], ['c', 'a'], 'x')).toEqual([2, 0]);
    expect(pickColumns(['a', 'b'], undefined, 'x')).toEqual([0, 1]);
    expect(failure(['a', 'b', 'a'])).toContain('error TEXT_COLUMNS at x.tsv\n  the column "a" stands twice');
  });

  it('refuses more than any table of texts has, and names only some', () => {
    expect(failure(names(mostColumns))).toBe('picked');
    const said = failure(names(150_000));
    expect(said).toContain('there are 150000 columns, more than 4096\n  allowed: "c0", "c1", ');
    expect(said).toContain('"c49", and 149950 more');
    expect(said.length).toBeLessThan(600);
  });
});
