import { describe, expect, it } from 'vitest';
import { showValue } from './show-value.ts';

describe('showValue', () => {
  it.each<[unknown, string]>([
    ['a "b"', '"a \\"b\\""'],
    [[1, 'x', null], '[1,"x",null]'],
    [{ a: { b: 1 } }, '{"a":{"b":1}}'],
    [undefined, 'undefined'],
    [[[[[1]]]], '[[["…"]]]'],
    [Array(20).fill(0), '[0,0,0,0,0,0,0,0,"…"]'],
    ['x'.repeat(1000), `"${'x'.repeat(199)}…`],
  ])('shows %j', (value, text) => {
    expect(showValue(value)).toBe(text);
  });

  it('shows what JSON.stringify cannot follow', () => {
    expect(showValue(12n)).toBe('"12"');
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(() => JSON.stringify(deep)).toThrow(RangeError);
    expect(showValue(deep)).toBe('[[["…"]]]');
  });
});
