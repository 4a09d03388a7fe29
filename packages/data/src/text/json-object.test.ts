/** Objects in files, cut member by member, whatever the chunks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
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
    expect((await cut(text, ['q']))[1]).toMatch(new RegExp(`^${problem} at byte \\d+$`));
  });
});

/** The elements of every list that is asked for, by member. */
async function members(text: string, asked: readonly string[], mostBytes = 1000) {
  const path = join(folder, 'members.json');
  writeFileSync(path, text);
  const lists: Record<string, unknown[]> = Object.create(null) as Record<string, unknown[]>;
  const problem = await eachMember(path, { lists: asked, mostBytes }, (member, element, index) => {
    const list = (lists[member] ??= []);
    expect(index).toBe(list.length);
    list.push(element && JSON.parse(Buffer.from(element).toString('utf8')));
  });
  return { problem, lists: { ...lists } };
}

describe('lists of eachMember', () => {
  it('gives the elements of lists that are members, and skips all else', async () => {
    const text = `\ufeff { "info": {"list": [1, 2], "a,b]": "]"}, "images": [ {"id": 1, "in": [3, [4]]}, "x,]\\"}" ],
      "year": 2014, "none": [], "annotations":[[5],6] } \n`;
    expect(await members(text, ['images', 'none', 'annotations', 'year'])).toEqual({
      problem: undefined,
      lists: { images: [{ id: 1, in: [3, [4]] }, 'x,]"}'], annotations: [[5], 6] },
    });
  });

  it('does not take texts of values for names', async () => {
    expect((await members('{"a": "b", "c": [1], "d": "e"}', ['a', 'b', 'c', 'd', 'e'])).lists).toEqual({
      c: [1],
    });
  });

  it('gives what is too long as undefined', async () => {
    expect((await members('{"a": [1, "0123456789", 2]}', ['a'], 6)).lists).toEqual({ a: [1, undefined, 2] });
  });

  it.each([
    ['[1]', 'it does not start with "{"'],
    ['{"a": [1', 'it ends within the object'],
    ['', 'it ends within the object'],
    ['{} {}', 'something follows the object'],
  ])('says what is wrong with %s', async (text, problem) => {
    expect((await members(text, ['a'])).problem).toMatch(new RegExp(`^${problem} at byte \\d+$`));
  });

  it('agrees with JSON.parse', async () => {
    const name = fc.string({ maxLength: 8 }).filter((text) => JSON.stringify(text) === `"${text}"`);
    const objects = fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(objects, fc.nat(4), async (object, spaces) => {
        const wanted = Object.entries(object).filter(([, value]) => Array.isArray(value) && value.length > 0);
        const text = JSON.stringify(object, null, spaces);
        const { problem, lists } = await members(text, Object.keys(object), 1e6);
        expect(problem).toBeUndefined();
        expect(JSON.stringify(lists)).toBe(JSON.stringify(Object.fromEntries(wanted)));
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
