import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { RecordLines, type ReadLines } from './record-lines.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-lines-'));
const file = path.join(folder, 'metrics.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(file, { force: true }));

const line = (step: number, message = 'x'): string => `${JSON.stringify({ type: 'note', step, message })}\n`;
const steps = ({ records }: ReadLines): number[] => records.map(({ step }) => step);

it('waits for the file, and for the end of its last line', () => {
  const lines = new RecordLines(file);
  expect(lines.read()).toEqual({ records: [], restarted: false, more: false });
  writeFileSync(file, line(1) + line(2).slice(0, -5));
  expect(steps(lines.read())).toEqual([1]);
  expect(steps(lines.read())).toEqual([]);
  appendFileSync(file, line(2).slice(-5));
  expect(steps(lines.read())).toEqual([2]);
});

it('does not cut letters of several bytes', () => {
  const lines = new RecordLines(file);
  const bytes = Buffer.from(line(1, 'größer'));
  const cut = bytes.indexOf(0xc3) + 1;
  writeFileSync(file, bytes.subarray(0, cut));
  expect(lines.read().records).toEqual([]);
  appendFileSync(file, bytes.subarray(cut));
  expect(lines.read().records).toEqual([{ type: 'note', step: 1, message: 'größer' }]);
});

it('begins anew where the file was cut off, also where it has grown beyond that since', () => {
  const lines = new RecordLines(file);
  writeFileSync(file, line(1) + line(2) + line(3));
  lines.read();
  truncateSync(file, 2 * line(1).length);
  const cut = lines.read();
  expect([cut.restarted, steps(cut)]).toEqual([true, [1, 2]]);
  appendFileSync(file, line(3));
  const on = lines.read();
  expect([on.restarted, steps(on)]).toEqual([false, [3]]);
  truncateSync(file, line(1).length);
  appendFileSync(file, line(2) + line(3, 'y') + line(4) + line(5));
  const grown = lines.read();
  expect([grown.restarted, steps(grown)]).toEqual([true, [1, 2, 3, 4, 5]]);
  writeFileSync(file, '');
  expect(lines.read()).toEqual({ records: [], restarted: true, more: false });
  appendFileSync(file, line(1));
  expect(lines.read()).toMatchObject({ restarted: false, records: [{ step: 1 }] });
  rmSync(file);
  expect(lines.read()).toEqual({ records: [], restarted: true, more: false });
  expect(lines.read()).toEqual({ records: [], restarted: false, more: false });
});

it('reads long files piece by piece, and long lines whole', () => {
  const lines = new RecordLines(file);
  const long = 'z'.repeat(2_500_000);
  writeFileSync(file, line(1) + line(2, long) + line(3) + line(4, 'z'.repeat(999_990)) + line(5));
  const seen: number[] = [];
  let pieces = 0;
  for (let more = true; more; pieces++) {
    const read = lines.read();
    seen.push(...steps(read));
    more = read.more;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5]);
  expect(pieces).toBe(2);
});

it.each([
  ['no JSON'],
  ['{"type":"note","step":1}'],
  ['{"type":"step","step":1,"steps":2,"loss":1}'],
  ['{"type":"evaluation","step":1,"metrics":{},"time":{},"split":"test"}'],
  ['{"type":"other","step":1}'],
  ['null'],
])('names a line that is no record: %s', (text) => {
  writeFileSync(file, `${line(1)}${text}\n`);
  expect(() => new RecordLines(file).read()).toThrow(/^a line is no record: /);
});
