/**
 * A small fresh T5 with its tokenizer: trained on a task of GLUE by MDPD and by its controls, saved, asked again and
 * exported. Side networks of both stacks learn, fade, and what is left answers in words.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import type { Result } from '@mdpd/report/result';
import { writeTinyT5 } from '../testing/tiny-t5.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const good = ['good', 'great', 'fun', 'lovely', 'brilliant'];
const bad = ['bad', 'poor', 'dull', 'sad', 'boring'];
const plain = ['film', 'book', 'story', 'actor', 'plot', 'is', 'was', 'the', 'a', 'very', 'so', 'it', 'this'];
const asked = ['sst2', 'sentence:', 'negative', 'positive'];

/** Reviews of a few words, one of which tells, as SST-2 writes them. */
function reviews(name: string, count: number): string {
  const random = createRandom(1, name);
  const one = (words: readonly string[]): string => words[random.integer(words.length)]!;
  const rows = Array.from({ length: count }, (_, index) => {
    const words = Array.from({ length: [3, 5, 9][random.integer(3)]! }, () => one(plain));
    words[random.integer(words.length)] = one(index % 2 === 1 ? good : bad);
    return `${words.join(' ')}\t${index % 2}`;
  });
  return `sentence\tlabel\n${rows.join('\n')}\n`;
}

const recipe = `task: glue
data: { task: sst2, root: ./glue, maxLength: 24, answers: words }
backbone: ./t5
method:
  name: mdpd
  side: { reductionFactor: 2, heads: 2 }
  feature: { rank: 8 }
train:
  steps: 120
  batchSize: 20
  learningRate: { head: 0.005, norm: 0.01, lora: 0.005, weight: 0.003, side: 0.005 }
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = createWorkspace();
  const words = [...good, ...bad, ...plain, ...asked];
  await writeTinyT5(workspace.path('t5'), { words });
  await writeTinyT5(workspace.path('t5-tied'), {
    words,
    config: { feed_forward_proj: 'relu', tie_word_embeddings: true, num_decoder_layers: 1 },
  });
  workspace.write('glue/SST-2/train.tsv', reviews('train', 300));
  workspace.write('glue/SST-2/dev.tsv', reviews('dev', 60));
  workspace.write('sst2.yaml', recipe);
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await mdpdHere(workspace.root, ...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

const json = <T>(...names: string[]): T => JSON.parse(readFileSync(workspace.path(...names), 'utf8')) as T;
const accuracies = (run: string): (number | undefined)[] => {
  const { faded, side } = json<Result>(run, 'result.json').metrics;
  return [faded?.['accuracy'], side?.['accuracy']];
};

describe('a T5', () => {
  it('learns from its side networks, which fade, and answers in words', async () => {
    const { stderr } = await succeed('train', 'sst2.yaml', '--out', 'mdpd');
    expect(stderr).toContain('(t5, 4 blocks, head from the checkpoint)');
    const [faded, side] = accuracies('mdpd');
    expect(faded).toBeGreaterThan(0.9);
    expect(side).toBeGreaterThan(0.9);
    const { stdout } = await succeed('predict', 'mdpd', 'a great film', 'this story was so dull', '--json');
    expect((JSON.parse(stdout) as { value: string }[]).map(({ value }) => value)).toEqual([
      'positive',
      'negative',
    ]);
    const again = await succeed('evaluate', 'mdpd', '--json');
    expect((JSON.parse(again.stdout) as { metrics: JsonObject }).metrics['accuracy']).toBe(faded);
  });

  it('is saved as transformers reads it: its tensors, and nothing of the side network', async () => {
    expect(json('mdpd/model/config.json')).toMatchObject({
      architectures: ['T5ForConditionalGeneration'],
      model_type: 't5',
      tie_word_embeddings: false,
      decoder_start_token_id: 0,
    });
    const header = (file: string): string[] => {
      const bytes = readFileSync(workspace.path(file));
      const length = Number(bytes.readBigUInt64LE(0));
      return Object.keys(JSON.parse(bytes.toString('utf8', 8, 8 + length)) as JsonObject);
    };
    const tensors = (file: string): string[] => header(file).filter((name) => name !== '__metadata__');
    expect(tensors('mdpd/model/model.safetensors').sort()).toEqual(tensors('t5/model.safetensors').sort());
  });

  it('is exported for any number of texts and tokens', async () => {
    const { stdout } = await succeed('export', 'mdpd', '--json');
    const { files } = JSON.parse(stdout) as { files: { maxDifference: number; sameTop: number }[] };
    expect(files[0]!.maxDifference).toBeLessThan(1e-4);
    expect(files[0]!.sameTop).toBe(1);
  });

  const accuracyOf = async (method: string): Promise<number> => {
    await succeed('train', 'sst2.yaml', `method=${method}`, '--out', method);
    const [faded, side] = accuracies(method);
    return faded ?? side!;
  };

  it.each(['full', 'lora', 'side'])('is trained by the control %s as well', async (method) => {
    expect(await accuracyOf(method)).toBeGreaterThan(0.9);
  });

  it.each(['norm', 'head'])(
    'learns less by the control %s: its blocks are random and stay so',
    async (method) => {
      expect(await accuracyOf(method)).toBeLessThan(accuracies('mdpd')[0]!);
    },
  );
});

describe('a T5 whose last matrix is the table of words', () => {
  it('is taught the same way', async () => {
    await succeed('train', 'sst2.yaml', 'backbone=./t5-tied', 'train.steps=200', '--out', 'tied');
    const [faded, side] = accuracies('tied');
    expect(faded).toBeGreaterThan(0.8);
    expect(side).toBeGreaterThan(0.8);
  });

  it('has no head to train alone, and says what to train instead', async () => {
    const { exitCode, stderr } = await mdpdHere(
      workspace.root,
      'train',
      'sst2.yaml',
      'backbone=./t5-tied',
      'method=head',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'error NOTHING_TO_TRAIN\n  "head" names no parameter of backbone t5 and its head\n',
    );
    expect(stderr).toContain('fix: train more than the head: method=norm, or method.fade.train=norm+head');
  });
});
