import { formatError, type MdpdError } from '@mdpd/core/errors';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { begin, end, withFigures, writePage } from './page.ts';

const page = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

it('replaces what stands between the markers, and nothing else', () => {
  const once = withFigures(`# Title\n\n${begin}\n\nold\n\n${end}\n\nafter\n`, 'new', 'page.md');
  expect(once).toBe(`# Title\n\n${begin}\n\nnew\n\n${end}\n\nafter\n`);
  expect(withFigures(once, 'new', 'page.md')).toBe(once);
});

it.each([['# Title\n'], [`${end}\n${begin}\n`], [`${begin}\n`]])('refuses %j, which has no place', (text) => {
  let thrown: unknown;
  try {
    withFigures(text, 'new', 'docs/page.md');
  } catch (error) {
    thrown = error;
  }
  expect(formatError(thrown as MdpdError)).toBe(
    'error BENCH_PAGE at docs/page.md\n' +
      '  there is no place for the table\n' +
      `  fix: put two lines where it should stand: ${begin} and ${end}`,
  );
});

it('writes the page of the documentation as prettier would', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-bench-page-'));
  try {
    const file = path.join(folder, 'performance.md');
    copyFileSync(page, file);
    writeFileSync(path.join(folder, '.prettierrc'), '{ "singleQuote": true, "printWidth": 110 }');
    await writePage(file, '| a | bcd |\n| --- | ---: |\n| ef | 1 |');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(`${begin}\n\n| a   | bcd |\n| --- | --: |\n| ef  |   1 |\n\n${end}`);
    const original = readFileSync(page, 'utf8');
    expect(text.split(begin)[0]).toBe(original.split(begin)[0]);
    expect(text.split(end)[1]).toBe(original.split(end)[1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
