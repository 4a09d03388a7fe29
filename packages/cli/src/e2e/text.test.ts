/** Models of texts from training to a file: with the fixtures of the engine's tests as a plugin of the user's project. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFile } from '@mdpd/compile/export/run-model';
import type { Result } from '@mdpd/report/result';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const packages = new URL('../../../', import.meta.url);
const fixture = (name: string): string => new URL(`testing/src/fixtures/${name}.ts`, packages).href;

const plugin = `
import { definePlugin } from '@mdpd/core';
import { z } from ${JSON.stringify(`file://${createRequire(import.meta.url).resolve('zod')}`)};
import { tinyTextBackbone, tinyTextProvider } from ${JSON.stringify(fixture('tiny-text-backbone'))};
import { tinyTextTask } from ${JSON.stringify(fixture('tiny-text-task'))};

const kindOf = ({ config }) =>
  /Generation/.test(config.architectures) ? 'seq2seq' : /Masked/.test(config.architectures) ? 'maskedLm' : 'classification';

export default definePlugin({
  name: 'tiny-text',
  backbones: [tinyTextProvider],
  tasks: [
    {
      name: 'tiny-text',
      description: 'texts of the tests',
      dataSchema: z.strictObject({ kind: z.string().default('classification') }),
      open: async ({ backbone, data, folder }) =>
        tinyTextTask(tinyTextBackbone(backbone.config), { kind: data?.kind ?? kindOf(backbone) }),
    },
  ],
});
`;

const recipe = (kind: string, decoder: number): string => `task: tiny-text
data:
  kind: ${kind}
backbone:
  family: tiny_text
  config: { width: 16, decoder: ${decoder}, blocks: 2, tokens: 8, answer: 6 }
plugins: [tiny-text, '@mdpd/distill', '@mdpd/compile', '@mdpd/tensor']
method:
  name: mdpd
  side: { heads: 2 }
  feature: { rank: 3 }
train:
  steps: 12
  batchSize: 8
`;

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  mkdirSync(workspace.path('node_modules/@mdpd'), { recursive: true });
  for (const name of ['core', 'distill', 'compile', 'tensor'])
    symlinkSync(fileURLToPath(new URL(name, packages)), workspace.path('node_modules/@mdpd', name), 'dir');
  const manifest = {
    name: 'tiny-text',
    version: '1.0.0',
    type: 'module',
    keywords: ['mdpd-plugin'],
    exports: './index.js',
  };
  workspace.write('node_modules/tiny-text/package.json', JSON.stringify(manifest));
  workspace.write('node_modules/tiny-text/index.js', plugin);
  for (const [kind, decoder] of [
    ['classification', 0],
    ['regression', 0],
    ['maskedLm', 0],
    ['seq2seq', 2],
  ] as const)
    workspace.write(`${kind}.yaml`, recipe(kind, decoder));
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

const read = (...names: string[]): string => readFileSync(workspace.path(...names), 'utf8');
const result = (run: string): Result => JSON.parse(read(run, 'result.json')) as Result;

describe('classes of texts', () => {
  it('are trained, in two lengths, and saved with the files of the task', async () => {
    const { stdout, stderr } = await succeed('train', 'classification.yaml', '--out', 'runs/classes');
    expect(stderr).toContain('data      3 classes; 48 train, 20 validation, 33 test, 40 unlabelled\n');
    expect(stdout).toContain('Next   npx mdpd predict runs/classes "some text"\n');
    expect(result('runs/classes')).toMatchObject({ input: 'text', metrics: { primary: 'accuracy' } });
    expect(read('runs/classes/model/tokenizer.json')).toBe('{"words":[]}\n');
    expect([...readFileSync(workspace.path('runs/classes/model/words.bin'))]).toEqual([1, 2, 3]);
    expect(read('runs/classes/model/README.md')).toContain('pipeline_tag: text-classification');
  });

  it('are predicted, for inputs of the command line and of a file', async () => {
    workspace.write('texts.txt', 'test:2\n\ntest:3\n');
    const { stdout } = await succeed('predict', 'runs/classes', 'test:1', '--file', 'texts.txt', '--json');
    const answers = JSON.parse(stdout) as { input: string; value: string; probability: number }[];
    expect(answers.map(({ input }) => input)).toEqual(['test:1', 'test:2', 'test:3']);
    for (const { value } of answers) expect(value).toMatch(/^word [012]$/);
    const refused = await workspace.mdpd('predict', 'runs/classes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('error MISSING_ARGUMENT');
  });

  it('are evaluated on any split', async () => {
    const { stdout } = await succeed('evaluate', 'runs/classes', '--split', 'validation', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ split: 'validation', examples: 20, primary: 'accuracy' });
    const again = await succeed('evaluate', 'runs/classes', '--json');
    const { metrics } = JSON.parse(again.stdout) as { metrics: unknown };
    expect(metrics).toEqual(result('runs/classes').metrics.faded);
  });

  it('are exported for any number of texts and tokens', async () => {
    const { stdout } = await succeed('export', 'runs/classes', '--int8', '--json');
    const { files, compared } = JSON.parse(stdout) as {
      files: { path: string; maxDifference: number; sameTop: number }[];
      compared: { examples: number };
    };
    expect(compared.examples).toBe(33);
    expect(files.map(({ path: file }) => file)).toEqual(['onnx/model.onnx', 'onnx/model_quantized.onnx']);
    expect(files[0]!.maxDifference).toBeLessThan(1e-4);
    const file = await openModelFile(workspace.path('runs/classes/model/onnx/model.onnx'));
    expect([file.inputs, file.outputs]).toEqual([['input_ids', 'attention_mask'], ['logits']]);
    const ids = (values: number[], shape: number[]) => ({
      data: Int32Array.from(values),
      shape,
      dtype: 'int32' as const,
    });
    const logits = async (tokens: number): Promise<number[]> => {
      const row = [1, 4, 9, ...new Array<number>(tokens - 3).fill(0)];
      const mask = row.map((id) => Math.min(id, 1));
      const input = { input_ids: ids(row, [1, tokens]), attention_mask: ids(mask, [1, tokens]) };
      return [...(await file.run(input))['logits']!.data];
    };
    const [short, long] = [await logits(3), await logits(7)];
    short.forEach((value, i) => expect(long[i]).toBeCloseTo(value, 5));
    await file.release();
  });
});

it('scores have their correlation, and no agreement', async () => {
  const { stdout, stderr } = await succeed('train', 'regression.yaml', '--out', 'runs/scores');
  expect(stderr).toContain('data      a score;');
  expect(stdout).toMatch(/\n {2}pearson +-?0\.\d{4} +-?0\.\d{4}\n/);
  expect(stdout).toMatch(/By pearson, (the faded model is \d\.\d{4} (above|below)|both are)/);
  expect(result('runs/scores')).toMatchObject({ agreement: null, metrics: { primary: 'pearson' } });
  expect(read('runs/scores/model/README.md')).toContain('- It answers with one number');
});

describe.each([
  ['maskedLm', 'TinyTextForMaskedLM', 'fill-mask', 'method=mdpd', /^\d+( \d+)+$/],
  // Generated, and maybe of no word at all.
  [
    'seq2seq',
    'TinyTextForConditionalGeneration',
    'text2text-generation',
    'method.fade.train=norm+head',
    /^(\d+( \d+)*)?$/,
  ],
])('a head over tokens: %s', (kind, architecture, pipeline, setting, said) => {
  it('is trained, saved, opened again, evaluated and exported', async () => {
    const run = `runs/${kind}`;
    await succeed('train', `${kind}.yaml`, setting, '--out', run);
    const config = JSON.parse(read(run, 'model/config.json')) as Record<string, unknown>;
    expect(config).toMatchObject({
      architectures: [architecture],
      mdpd: { task: 'tiny-text', head: { kind, outputs: 12 } },
    });
    expect(read(run, 'model/README.md')).toContain(`pipeline_tag: ${pipeline}`);
    const { stdout } = await succeed('evaluate', run, '--json');
    expect((JSON.parse(stdout) as { metrics: unknown }).metrics).toEqual(result(run).metrics.faded);
    const predicted = await succeed('predict', path.join(run, 'model'), 'test:0', '--json');
    expect((JSON.parse(predicted.stdout) as { value: string }[])[0]!.value).toMatch(said);
    const exported = await succeed('export', run, '--json');
    const { files } = JSON.parse(exported.stdout) as { files: { maxDifference: number }[] };
    expect(files[0]!.maxDifference).toBeLessThan(1e-4);
  });
});

it('a head without parameters cannot be trained alone', async () => {
  const finished = await workspace.mdpd('train', 'seq2seq.yaml', 'method=head', '--out', 'runs/none');
  expect(finished.exitCode).toBe(2);
  expect(finished.stderr).toContain(
    'error NOTHING_TO_TRAIN\n  "head" names no parameter of backbone tiny_text and its head\n',
  );
});
