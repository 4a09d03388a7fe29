/** ViLT compiled, on images of many sizes: all lie on one canvas, so every function has one graph, and no step leaves a tensor. */
import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import type { JsonObject, RunRecord, TaskProvider } from '@mdpd/core';
import { train } from '@mdpd/distill/engine/train';
import { trainingJob } from '@mdpd/testing/training-job';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPlugins } from './plugins.ts';
import { greyPng } from './testing/png.ts';
import { createWorkspace, type Workspace } from './testing/workspace.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'bright', 'dark', 'part', 'which', '?'];
const config: JsonObject = {
  vocab_size: words.length,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 32,
  max_position_embeddings: 16,
  image_size: 16,
  patch_size: 4,
  num_channels: 3,
  mdpd: { canvas: [16, 24] },
};
/** As Hugging Face has it for ViLT: images keep their shape. */
const processor = {
  image_processor_type: 'ViltImageProcessor',
  size: { shortest_edge: 16 },
  size_divisor: 4,
  do_pad: true,
};
const steps = 20;
/** Both phases of mdpd have begun. */
const settled = 10;

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.write('words/vocab.txt', words.join('\n'));
  const [boxes, questions]: [string[], string[]] = [[], ['image,question,answer']];
  for (let index = 0; index < 12; index++) {
    const [width, height] = [9 + 7 * index, 90 - 6 * index];
    const edge = 4 + 3 * index;
    const pixels = Uint8Array.from({ length: width * height }, (_, at) => (at % width < edge ? 220 : 30));
    workspace.write(`${index}.png`, greyPng(width, height, pixels));
    const expression = index % 2 ? 'the bright part' : 'bright';
    boxes.push(JSON.stringify({ image: `${index}.png`, expression, bbox: [0, 0, edge, height] }));
    questions.push(`${index}.png,${'which part '.repeat(1 + (index % 3))}?,${index % 2 ? 'bright' : 'dark'}`);
  }
  workspace.write('boxes.jsonl', boxes.join('\n'));
  workspace.write('questions.csv', questions.join('\n'));
});
afterAll(() => workspace.remove());

const shared = { root: '.', tokenizer: 'words', cacheMegabytes: 0 };

it.each([
  ['refcoco', { ...shared, train: 'boxes.jsonl', test: 'boxes.jsonl', box: 'xywh' }],
  ['vqa', { ...shared, format: 'table', train: 'questions.csv', test: 'questions.csv' }],
])('%s: graphs and tensors stay as many', { timeout: 240_000 }, async (name, data) => {
  const { registry } = await loadPlugins({ directory: workspace.root });
  const provider = registry.backbones.get('vilt');
  const backbone = provider.create(config);
  const taskProvider = registry.tasks.get(name) as TaskProvider;
  const task = await taskProvider.open({
    data: taskProvider.dataSchema.parse(data),
    backbone: { family: 'vilt', config },
    inputs: backbone.inputs,
    backboneFiles: { 'preprocessor_config.json': processor },
    sources: [],
    textSources: [],
    directory: workspace.root,
    warn: () => undefined,
  });
  const graphs: string[] = [];
  const executor = await onnxruntimeExecutor.start({ onGraph: (graph) => graphs.push(graph.name) });
  const before = executor.memory();
  const counts: string[] = [];
  const count = ({ type }: RunRecord): void => {
    if (type !== 'step') return;
    const { liveTensors, liveBytes } = executor.memory();
    counts.push(`${liveTensors} tensors of ${liveBytes} bytes, ${graphs.length} graphs`);
  };
  const job = trainingJob({
    executor,
    provider,
    backbone,
    task,
    method: registry.methods.get('mdpd'),
    settings: { side: { heads: 2 }, feature: { rank: 3 } },
    train: { steps, batchSize: 4 },
  });
  const run = await train({ ...job, reporters: [{ name: 'count', record: count }] });
  run.dispose();
  expect(executor.memory()).toEqual(before);
  await executor.stop();
  expect(counts).toHaveLength(steps);
  expect(new Set(counts.slice(settled)).size).toBe(1);
  expect(graphs.length).toBeGreaterThan(1);
  expect(graphs).toEqual([...new Set(graphs)]);
});
