/** Models that lie, lack something or belong to something else: named with file and tensor, never trusted. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
let weights: Buffer;
let config: Record<string, unknown>;

beforeAll(async () => {
  workspace = createWorkspace();
  // Named, because which model types are read depends on what is installed.
  workspace.write('recipe.yaml', `${tinyRecipe}plugins: ['@mdpd/backbone-vit', '@mdpd/task-vtab']\n`);
  workspace.images('photos/train', ['ant', 'bee'], 3);
  workspace.images('photos/test', ['ant', 'bee'], 2);
  const { exitCode, stderr } = await workspace.mdpd('train', 'recipe.yaml', '--out', 'good', '--smoke');
  expect(exitCode, stderr).toBe(0);
  weights = readFileSync(workspace.path('good/model/model.safetensors'));
  config = JSON.parse(readFileSync(workspace.path('good/model/config.json'), 'utf8')) as typeof config;
});
beforeEach(() => {
  rmSync(workspace.path('model'), { recursive: true, force: true });
  cpSync(workspace.path('good/model'), workspace.path('model'), { recursive: true });
});
afterAll(() => workspace.remove());

async function refused(): Promise<string> {
  const run = ['train', 'recipe.yaml', 'backbone=./model', '--out', 'out'];
  const finished = await mdpdHere(workspace.root, ...run);
  const message = expectFailure(workspace, finished, finished.exitCode === 2 ? 2 : 1);
  expect(existsSync(workspace.path('out'))).toBe(false);
  return message;
}

const writeWeights = (bytes: Uint8Array): void => workspace.write('model/model.safetensors', bytes);
const writeConfig = (changes: object): void =>
  workspace.write('model/config.json', JSON.stringify({ ...config, ...changes }));

/** The file with another header of the same tensors. */
function withHeader(
  change: (header: Record<string, { shape: number[]; data_offsets: number[] }>) => void,
): Buffer {
  const length = Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.toString('utf8', 8, 8 + length)) as Parameters<typeof change>[0];
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, weights.subarray(8 + length)]);
}

const norm = 'vit.layernorm.weight';

it('truncated weights', async () => {
  writeWeights(weights.subarray(0, weights.length - 100));
  expect(await refused()).toMatchInlineSnapshot(`
    "error SAFETENSORS_OFFSETS at ROOT/model/model.safetensors
      the tensors take 19528 bytes, but the file has 19428
      fix: the file is damaged or incomplete: get it again"
  `);
  writeWeights(weights.subarray(0, 20));
  expect(await refused()).toMatchInlineSnapshot(`
    "error SAFETENSORS_TRUNCATED at ROOT/model/model.safetensors
      the header claims 4152 bytes, but the file has 20
      fix: the file is incomplete: get it again"
  `);
});

it('a header that claims more than there is', async () => {
  const huge = Buffer.from(weights);
  huge.writeBigUInt64LE(2n ** 60n);
  writeWeights(huge);
  expect(await refused()).toMatchInlineSnapshot(`
    "error SAFETENSORS_HEADER at ROOT/model/model.safetensors
      the header claims 1152921504606846976 bytes
      allowed: at most 100000000; is this a safetensors file?"
  `);
  writeWeights(withHeader((header) => (header[norm]!.data_offsets = [0, 2 ** 50])));
  expect(await refused()).toMatchInlineSnapshot(`
    "error SAFETENSORS_OFFSETS at ROOT/model/model.safetensors: "vit.layernorm.weight"
      shape [16] of type F32 takes 64 bytes, but the offsets hold 1125899906842624"
  `);
  writeWeights(withHeader((header) => (header[norm]!.shape = [1_000_000_000])));
  expect(await refused()).toMatchInlineSnapshot(`
    "error SAFETENSORS_OFFSETS at ROOT/model/model.safetensors: "vit.layernorm.weight"
      shape [1000000000] of type F32 takes 4000000000 bytes, but the offsets hold 64"
  `);
});

it('weights and config.json that do not belong together', async () => {
  writeConfig({ intermediate_size: 64 });
  expect(await refused()).toMatchInlineSnapshot(`
    "error CHECKPOINT_SHAPE at ROOT/model
      tensors have other shapes than config.json says: vit.encoder.layer.0.intermediate.dense.weight is [32, 16] instead of [64, 16], vit.encoder.layer.0.intermediate.dense.bias is [32] instead of [64], vit.encoder.layer.0.output.dense.weight is [16, 32] instead of [16, 64], vit.encoder.layer.1.intermediate.dense.weight is [32, 16] instead of [64, 16], vit.encoder.layer.1.intermediate.dense.bias is [32] instead of [64], vit.encoder.layer.1.output.dense.weight is [16, 32] instead of [16, 64]
      fix: check that config.json and the weights belong together"
  `);
  writeConfig({ num_hidden_layers: 3 });
  expect(await refused()).toMatchInlineSnapshot(`
    "error CHECKPOINT_MISSING at ROOT/model
      the checkpoint lacks 16 tensors: vit.encoder.layer.2.layernorm_before.weight, vit.encoder.layer.2.layernorm_before.bias, vit.encoder.layer.2.attention.attention.query.weight, vit.encoder.layer.2.attention.attention.query.bias, vit.encoder.layer.2.attention.attention.key.weight, vit.encoder.layer.2.attention.attention.key.bias, vit.encoder.layer.2.attention.attention.value.weight, vit.encoder.layer.2.attention.attention.value.bias, and 8 more
      fix: check that config.json and the weights belong together"
  `);
});

it('weights that are missing', async () => {
  rmSync(workspace.path('model/model.safetensors'));
  expect(await refused()).toMatchInlineSnapshot(`
    "error CHECKPOINT_NOT_FOUND at ROOT/model
      the folder has no weights
      allowed: model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json"
  `);
});

it('a config.json that is broken, or of another architecture', async () => {
  workspace.write('model/config.json', '{"model_type": "vit",\n "hidden_size": }');
  expect(await refused()).toMatchInlineSnapshot(`
    "error JSON_INVALID at ROOT/model/config.json
      not valid JSON: Unexpected token '}'"
  `);
  writeConfig({ model_type: 'swin' });
  expect(await refused()).toMatchInlineSnapshot(`
    "error BACKBONE_UNSUPPORTED at ROOT/model/config.json
      no backbone reads model_type "swin"
      allowed: vit"
  `);
  writeConfig({ hidden_size: -16 });
  expect(await refused()).toMatchInlineSnapshot(`
    "error BACKBONE_CONFIG at ROOT/model/config.json
      hidden_size is -16
      allowed: an integer from 1 to 65536"
  `);
});

it('a model without a head cannot predict', async () => {
  writeConfig({ id2label: undefined });
  const finished = await workspace.mdpd('predict', 'model', 'photos/test/ant/0.png');
  expect(expectFailure(workspace, finished, 1)).toMatchInlineSnapshot(`
    "error MODEL_WITHOUT_HEAD at ROOT/model/config.json
      config.json has no id2label: this is a backbone without a head
      fix: fine-tune it with \`mdpd train\` first"
  `);
});

it('a model without a run needs a recipe to be evaluated', async () => {
  const finished = await workspace.mdpd('evaluate', 'model');
  expect(expectFailure(workspace, finished, 2)).toMatchInlineSnapshot(`
    "error RECIPE_NEEDED
      model is a model without a run: nothing says which data is meant
      fix: name a recipe of its task: --recipe FILE"
  `);
  const { stdout, exitCode } = await workspace.mdpd('evaluate', 'model', '--recipe', 'recipe.yaml', '--json');
  expect([exitCode, (JSON.parse(stdout) as { examples: number }).examples]).toEqual([0, 4]);
});
