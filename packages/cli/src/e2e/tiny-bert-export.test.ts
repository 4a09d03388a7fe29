/** zoo:tiny-bert, trained to tell pages of the documentation apart: its exported files name the labels that it names. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

/** Pages by label. */
const pages = {
  input: ['data', 'text', 'cli'],
  work: ['method', 'recipes', 'performance', 'results', 'export', 'compile'],
};
const docs = new URL('../../../../docs/', import.meta.url);

/** Sentences of a page's paragraphs, without code, tables and headings. */
function sentencesOf(page: string): string[] {
  const text = readFileSync(new URL(`${page}.md`, docs), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const paragraphs = text.split(/\n\s*\n/).filter((each) => /^\w/.test(each));
  return paragraphs
    .flatMap((each) => each.replace(/\s+/g, ' ').split(/(?<=[.:]) (?=[A-Z])/))
    .filter((sentence) => sentence.split(' ').length >= 5);
}

const recipe = `task: text
data: { train: ./train.jsonl, test: ./test.jsonl, text: text, label: label, maxLength: 64 }
backbone: zoo:tiny-bert
method: full
train: { steps: 120, batchSize: 16, learningRate: { weight: 0.0003, head: 0.003 } }
`;

interface Answer {
  readonly value: string;
  readonly probability: number;
}

let workspace: Workspace;
let texts: string[];
let own: Answer[];
beforeAll(async () => {
  workspace = createWorkspace();
  const rows = Object.entries(pages).flatMap(([label, names]) =>
    names.flatMap(sentencesOf).map((text) => ({ text, label })),
  );
  const lines = (which: readonly object[]): string => which.map((row) => JSON.stringify(row)).join('\n');
  texts = [...new Set(rows.map(({ text }) => text))];
  workspace.write('train.jsonl', lines(rows.filter((_, index) => index % 4 > 0)));
  workspace.write('test.jsonl', lines(rows.filter((_, index) => index % 4 === 0)));
  workspace.write('recipe.yaml', recipe);
  workspace.write('texts.txt', texts.join('\n'));
  await succeed('train', 'recipe.yaml', '--out', 'run');
  await succeed('export', 'run', '--onnx', '--int8');
  const { stdout } = await succeed('predict', 'run', '--file', 'texts.txt', '--json');
  own = JSON.parse(stdout) as Answer[];
}, 180_000);
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

/** How far a text that is cut may be from a half: losing its [SEP] has moved probabilities by up to 0.1. */
const cutTolerance = 0.15;

it('is asked about a hundred sentences, and does not always say the same', () => {
  expect(texts.length).toBeGreaterThanOrEqual(100);
  expect(own).toHaveLength(texts.length);
  expect(new Set(own.map(({ value }) => value))).toEqual(new Set(Object.keys(pages)));
});

it.each([
  ['fp32', 1e-4],
  ['q8', 0.05],
] as const)('is read by Transformers.js as %s with the same labels', async (dtype, tolerance) => {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = `${workspace.path('run')}/`;
  const classify = await pipeline('text-classification', 'model', { dtype });
  const furthest = { whole: 0, cut: 0 };
  const different: string[] = [];
  // Cut texts lose their [SEP] in Transformers.js, and keep it here: their probabilities differ a little.
  // One at a time: activations of a quantized batch share their scale.
  for (const [index, text] of texts.entries()) {
    const [{ label, score }] = (await classify(text)) as [{ label: string; score: number }];
    const { value, probability } = own[index]!;
    const which = classify.tokenizer.encode(text).length > 64 ? 'cut' : 'whole';
    const same = label === value ? score : 1 - score;
    furthest[which] = Math.max(furthest[which], Math.abs(same - probability));
    // A probability this near to a half may fall to either side.
    if (label !== value && Math.abs(score - 0.5) > (which === 'cut' ? cutTolerance : tolerance))
      different.push(`${which} ${probability} ${text}`);
  }
  await classify.dispose();
  expect(furthest.whole).toBeLessThan(tolerance);
  expect(furthest.cut).toBeGreaterThan(0);
  expect(different).toEqual([]);
});
