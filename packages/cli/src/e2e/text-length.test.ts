/** A checkpoint that does not say how long texts may be: its exported model reads longer ones in Transformers.js too. */
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const zoo = fileURLToPath(new URL('../../../zoo/models/tiny-bert/', import.meta.url));
/** Tokens that tiny-bert has positions for. */
const positions = 64;
const long = 'the people of the united states have the power to make laws . '.repeat(12);

const rows = ['the law is good,yes', 'war is bad,no', 'peace is good,yes', 'the tax is bad,no'];
const recipe = `task: text
data: { train: ./train.csv, test: ./train.csv, text: text, label: label }
backbone: ./bert
method: head
train: { steps: 2, batchSize: 4 }
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = createWorkspace();
  mkdirSync(workspace.path('bert'));
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json'])
    cpSync(`${zoo}${name}`, workspace.path('bert', name));
  workspace.write('train.csv', `text,label\n${rows.join('\n')}\n`);
  workspace.write('recipe.yaml', recipe);
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

/** What Transformers.js says of a text longer than the positions. */
async function classifyLong(run: string): Promise<{ readonly tokens: number; readonly label: string }> {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = `${workspace.path(run)}/`;
  const classify = await pipeline('text-classification', 'model', { dtype: 'fp32' });
  try {
    const tokens = classify.tokenizer.encode(long).length;
    const [answer] = await classify(long);
    const { label } = answer as { label: string };
    return { tokens, label };
  } finally {
    await classify.dispose();
  }
}

const configOf = (run: string): Record<string, unknown> =>
  JSON.parse(readFileSync(workspace.path(run, 'model/tokenizer_config.json'), 'utf8')) as Record<
    string,
    unknown
  >;

it.each([
  ['of the positions', [], positions],
  ['that the recipe sets', ['data.maxLength=16'], 16],
])('texts are cut to the length %s', async (_name, settings, length) => {
  const run = `run-${length}`;
  await succeed('train', 'recipe.yaml', ...settings, '--out', run);
  await succeed('export', run);
  expect(configOf(run)).toMatchObject({ model_max_length: length });
  const { tokens, label } = await classifyLong(run);
  expect(tokens).toBeGreaterThan(positions);
  const { stdout } = await succeed('predict', run, long, '--json');
  expect((JSON.parse(stdout) as { value: string }[])[0]!.value).toBe(label);
});

it('without the length the same model fails there', async () => {
  const { model_max_length: _, ...config } = configOf(`run-${positions}`);
  cpSync(workspace.path(`run-${positions}`), workspace.path('silent'), { recursive: true });
  workspace.write('silent/model/tokenizer_config.json', JSON.stringify(config));
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  await expect(classifyLong('silent')).rejects.toThrow();
  expect(String(said.mock.calls[0])).toContain('An error occurred during model execution');
  said.mockRestore();
});
