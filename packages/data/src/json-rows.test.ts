import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonRows } from './json-rows.ts';

const read = (text: string, mostRows = 100) =>
  readJsonRows(Buffer.from(text), { rowLength: 3, mostRows, place: 'x.json' });

describe('readJsonRows', () => {
  it('agrees with JSON.parse, white space and empty rows included', () => {
    const row = fc.oneof(
      fc.constant<number[]>([]),
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(row), fc.constantFrom(undefined, 1, 2), (data, indent) => {
        const text = JSON.stringify({ data }, null, indent);
        expect([...read(text)]).toEqual((JSON.parse(text) as { data: number[][] }).data.flat());
      }),
    );
  });

  it.each([
    ['', '{ is missing at byte 0'],
    ['{"rows":[]}', '"data" is missing at byte 2'],
    ['{"data":[[1,2]]}', 'row 0 has 2 numbers instead of 3 at byte 14'],
    ['{"data":[[1,2,3,4]]}', 'row 0 has 4 numbers instead of 3 at byte 18'],
    ['{"data":[[1,2,256]]}', 'a number above 255 at byte 16'],
    ['{"data":[[1,2,-3]]}', 'a number is missing at byte 14'],
    ['{"data":[[1,2,3.5]]}', '"," is missing at byte 15'],
    ['{"data":[[1,2,3]', '"," is missing at byte 16'],
    ['{"data":[[1,2,3]]', '} is missing at byte 17'],
    ['{"data":[[1,2,3]]}x', 'something follows the data at byte 18'],
    ['{"data":[[1,2,3],[1,2,3],[1,2,3]]}', 'more than 2 rows at byte 32'],
  ])('refuses %s', (text, message) => {
    try {
      read(text, 2);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'JSON_ROWS_INVALID',
        place: 'x.json',
        message,
        allowed: '{"data": [[numbers from 0 to 255], …]}',
      });
    }
  });

  it('never throws anything but JSON_ROWS_INVALID', () => {
    const mutated = fc
      .tuple(
        fc.nat(30),
        fc.string({ unit: fc.constantFrom('[', ']', ',', '1', '{', '}', '"', ' '), maxLength: 3 }),
      )
      .map(([at, extra]) => {
        const text = '{"data":[[1,2,3],[4,5,6]]}';
        return text.slice(0, at) + extra + text.slice(at + 1);
      });
    fc.assert(
      fc.property(mutated, (text) => {
        try {
          expect(read(text).length % 3).toBe(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'JSON_ROWS_INVALID' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
