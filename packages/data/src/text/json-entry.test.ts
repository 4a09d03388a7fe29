import { formatError, MdpdError } from '@mdpd/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseEntry } from './json-entry.ts';

const schema = z.object({ id: z.int(), box: z.object({ x: z.number() }).optional() });
const options = { code: 'X_INVALID', place: 'x.json: entries[3]', mostBytes: 1 << 20, allowed: 'id' };

function read(text: string | Uint8Array | undefined): string {
  try {
    return JSON.stringify(parseEntry(schema, typeof text === 'string' ? Buffer.from(text) : text, options));
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
}

it('gives what the schema asks for', () => {
  expect(read('{"id": 3, "more": []}')).toBe('{"id":3}');
});

it.each([
  [undefined, 'the entry is longer than 1048576 bytes\n  allowed: id'],
  [Buffer.from([0x22, 0xff, 0x22]), 'the entry is not UTF-8'],
  ['{"id": NaN}', 'the entry is not JSON: '],
  ['{"id": 1,\n\n"box": Infinity}', 'the entry is not JSON: '],
  ['', 'the entry is not JSON: '],
  ['3', 'the entry: Invalid input: expected object, received number\n  allowed: id'],
  ['null', 'the entry: Invalid input: expected object, received null\n  allowed: id'],
  ['{"id": 1e999}', 'id: Invalid input: expected number, received Infinity\n  allowed: id'],
  ['{"id": "1"}', 'id: Invalid input: expected number, received string\n  allowed: id'],
  ['{"id": 1, "box": {"x": {"x": 1}}}', 'box.x: Invalid input: expected number, received object'],
  [`{"id": ${'['.repeat(5000)}${']'.repeat(5000)}}`, 'lists and objects are 5001 deep'],
])('says what is wrong, and where: %#', (text, message) => {
  const said = read(text);
  expect(said).toContain(`error X_INVALID at x.json: entries[3]\n  ${message}`);
  // Of what is no JSON, V8 quotes lines.
  expect(said.split('\n')).toHaveLength(4);
  expect(said).toMatch(
    /\n {2}fix: correct the entry, or leave it out(; JSON has neither NaN nor Infinity)?$/u,
  );
  expect(said.endsWith('Infinity')).toBe(/ not (JSON|UTF-8)| deep/u.test(message));
});
