import { expect, it } from 'vitest';
import { BoxColumn } from './box-column.ts';

it('keeps boxes, and says what is none', () => {
  const column = new BoxColumn();
  const given = [
    [1, 2.5, -3, 1e300],
    [1, 2, 3, NaN],
    [1, 2, 3, Infinity],
    [0, 0, 1, 1],
    ['1', '2', '3', '4'],
    [1, 2, null, { x: 1 }],
    undefined,
    null,
    { x: 1 },
    'NaN',
    new Array(100).fill(0),
    ['x'.repeat(1000)],
  ];
  for (const each of given) column.push(each);
  expect(column.size).toBe(given.length);
  expect(given.map((_, row) => column.at(row))).toEqual([
    [1, 2.5, -3, 1e300],
    '[1,2,3,NaN]',
    '[1,2,3,Infinity]',
    [0, 0, 1, 1],
    '["1","2","3","4"]',
    '[1,2,null,{"x":1}]',
    'nothing',
    'null',
    '{"x":1}',
    '"NaN"',
    '[0,0,0,0,0,0,0,0,…]',
    `["${'x'.repeat(78)}`,
  ]);
});
