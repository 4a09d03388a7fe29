import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { eachMemberElement } from './json-members.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdpd-members-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'x.json');

async function members(text: string | Uint8Array, mostBytes = 1000) {
  writeFileSync(path, text);
  const lists: Record<string, unknown[]> = Object.create(null) as Record<string, unknown[]>;
  const problem = await eachMemberElement(path, mostBytes, (element, member, index) => {
    const list = (lists[member] ??= []);
    expect(index).toBe(list.length);
    list.push(element && JSON.parse(Buffer.from(element).toString('utf8')));
  });
  return { problem, lists: { ...lists } };
}

describe('eachMemberElement', () => {
  it('gives the elements of lists that are members, and skips all else', async () => {
    const text = `\ufeff { "info": {"list": [1, 2], "a,b]": "]"}, "images": [ {"id": 1, "in": [3, [4]]}, "x,]\\"}" ],
      "year": 2014, "none": [], "annotations":[[5],6] } \n`;
    expect(await members(text)).toEqual({
      problem: undefined,
      lists: { images: [{ id: 1, in: [3, [4]] }, 'x,]"}'], annotations: [[5], 6] },
    });
  });

  it('does not take texts of values for names', async () => {
    expect((await members('{"a": "b", "c": [1], "d": "e"}')).lists).toEqual({ c: [1] });
  });

  it('gives what is too long as undefined', async () => {
    expect((await members('{"a": [1, "0123456789", 2]}', 6)).lists).toEqual({ a: [1, undefined, 2] });
  });

  it.each([
    ['[1]', 'it does not start with "{"'],
    ['{"a": [1', 'it ends within the object'],
    ['', 'it ends within the object'],
    ['{} {}', 'something follows the object'],
  ])('says what is wrong with %s', async (text, problem) => {
    expect((await members(text)).problem).toBe(problem);
  });

  it('agrees with JSON.parse', async () => {
    const name = fc.string({ maxLength: 8 }).filter((text) => JSON.stringify(text) === `"${text}"`);
    const objects = fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(objects, fc.nat(4), async (object, spaces) => {
        const wanted = Object.entries(object).filter(([, value]) => Array.isArray(value) && value.length > 0);
        const text = JSON.stringify(object, null, spaces);
        const { problem, lists } = await members(text, 1e6);
        expect(problem).toBeUndefined();
        expect(JSON.stringify(lists)).toBe(JSON.stringify(Object.fromEntries(wanted)));
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
