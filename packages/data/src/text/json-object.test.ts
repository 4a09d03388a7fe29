/** Objects in files, cut member by member, whatever the chunks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eachMember } from './json-object.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdpd-members-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Taken = [string, string | undefined, number];

async function cut(text: string, lists?: readonly string[], mostBytes = 100): Promise<[Taken[], unknown]> {
  const path = join(folder, 'file.json');
  writeFileSync(path, text);
  const taken: Taken[] = [];
  const problem = await eachMember(path, { lists, mostBytes }, (key, bytes, index) => {
    taken.push([key, bytes && Buffer.from(bytes).toString('utf8').trim(), index]);
  });
  return [taken, problem];
}

describe('eachMember', () => {
  it('takes members whole', async () => {
    expect(await cut('\ufeff {"a": {"b": [1, "}"]}, "c\\"": 5,\n"d": "x,y" } ')).toEqual([
      [
        ['a', '{"b": [1, "}"]}', 0],
        ['c"', '5', 0],
        ['d', '"x,y"', 0],
      ],
      undefined,
    ]);
    expect(await cut('{}')).toEqual([[], undefined]);
  });

  it('cuts the lists that are asked for and leaves the rest out', async () => {
    const text = '{"info": {"questions": [9]}, "questions": [{"a": [1]}, {"b": "]"}], "none": [], "last": 1}';
    expect(await cut(text, ['questions', 'none'])).toEqual([
      [
        ['questions', '{"a": [1]}', 0],
        ['questions', '{"b": "]"}', 1],
      ],
      undefined,
    ]);
  });

  it('keeps nothing that is too long', async () => {
    const long = 'x'.repeat(200);
    expect(await cut(`{"a": "${long}", "b": 1}`)).toEqual([
      [
        ['a', undefined, 0],
        ['b', '1', 0],
      ],
      undefined,
    ]);
  });

  it('gives the same wherever a chunk of a megabyte ends', async () => {
    const fill = 'y'.repeat((1 << 20) - 40);
    for (let shift = 0; shift < 60; shift++) {
      const text = `{"fill": "${fill}${'z'.repeat(shift)}", "q": [{"t": "é\\"]"}, {"u": 2}], "k\\u0065y": 3}`;
      const [taken, problem] = await cut(text, ['q']);
      expect(problem).toBeUndefined();
      expect(taken).toEqual([
        ['q', '{"t": "é\\"]"}', 0],
        ['q', '{"u": 2}', 1],
      ]);
    }
  });

  it.each([
    ['[1]', 'it does not start with "{"'],
    ['{"a": 1', 'it ends within the object'],
    ['{"a": "x', 'it ends within the object'],
    ['', 'it ends within the object'],
    ['{"a": 1} 2', 'something follows the object'],
    ['{"a": 1,}', 'a name of a member is missing'],
    ['{a: 1}', 'a name of a member is missing'],
    ['{"a" 1}', 'a colon is missing'],
    ['{"q": [1] "b": 2}', 'a comma is missing'],
    ['{"q": [1}', 'brackets do not match'],
    ['{"a": 1]', 'brackets do not match'],
  ])('says what is wrong with %s', async (text, problem) => {
    expect((await cut(text, ['q']))[1]).toBe(problem);
  });
});
