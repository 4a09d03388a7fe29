/** Wrong recipes and command lines: exit code 2, one message with place, value, what is allowed and the nearest name. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['a', 'b'], 2);
  workspace.images('photos/test', ['a', 'b'], 2);
  workspace.write('recipe.yaml', tinyRecipe);
  // What is allowed depends on what is installed, which may grow: these are named.
  workspace.write('few.yaml', `${tinyRecipe}plugins: ['@mdpd/backbone-vit', '@mdpd/task-vtab']\n`);
});
afterAll(() => workspace.remove());

async function refused(recipe: string, ...overrides: string[]): Promise<string> {
  const message = expectFailure(
    workspace,
    await mdpdHere(workspace.root, 'train', recipe, '--out', 'out', ...overrides),
    2,
  );
  expect(existsSync(workspace.path('out'))).toBe(false);
  return message;
}

describe('recipes', () => {
  it('a misspelt key', async () => {
    workspace.write('misspelt.yaml', tinyRecipe.replace('batchSize', 'batchsize'));
    expect(await refused('misspelt.yaml')).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at misspelt.yaml:18:3
        there is no key "train.batchsize"
        allowed: epochs, steps, batchSize, learningRate, weightDecay, beta1, beta2, epsilon, schedule, warmup, clipNorm, spikeGuard, labelSmoothing, evaluateEvery, evaluateBatchSize, logEvery, checkpoint, seed
        fix: did you mean "batchSize"?"
    `);
  });

  it('a misspelt key of the data, and of the method', async () => {
    expect(await refused('recipe.yaml', 'data.trian=./photos', 'method=mdpd', 'method.fade.trian=head'))
      .toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at recipe.yaml
        2 problems:
          override data.trian=./photos: there is no key "data.trian"; allowed: train, validation, test, unlabelled, root, name, protocol, preprocessing, augment, onCorrupt, limit, cacheMegabytes; did you mean "train"?
          override method.fade.trian=head: there is no key "method.fade.trian"; allowed: train, blocks, every, recompute, lora; did you mean "train"?"
    `);
  });

  it('wrong types and sizes, all at once', async () => {
    expect(
      await refused('recipe.yaml', 'train.batchSize=0', 'train.steps=-3', 'train.seed=one', 'data.limit=0'),
    ).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at recipe.yaml
        4 problems:
          override train.steps=-3: train.steps is -3; allowed: a whole number of at least 1 (optimizer steps; or give \`epochs\`)
          override train.batchSize=0: train.batchSize is 0; allowed: a whole number from 1 to 65536 (examples a step)
          override train.seed=one: train.seed is "one"; allowed: a whole number from 0 to 4294967295 (of everything random)
          override data.limit=0: data.limit is 0; allowed: a whole number of at least 1, or a mapping with the keys train, validation, test, unlabelled (at most this many images, evenly spread: of every split, or by split)"
    `);
  });

  it('broken YAML', async () => {
    workspace.write('broken.yaml', 'task: vtab\ndata: {train: ./photos\n');
    expect(await refused('broken.yaml')).toMatchInlineSnapshot(`
      "error RECIPE_YAML at broken.yaml:3:1
        Flow map in block collection must be sufficiently indented and end with a }"
    `);
  });

  it('a missing file', async () => {
    expect(await refused('recip.yaml')).toMatchInlineSnapshot(`
      "error RECIPE_NOT_FOUND
        there is no file recip.yaml
        allowed: broken.yaml, few.yaml, misspelt.yaml, recipe.yaml
        fix: did you mean "recipe.yaml"?"
    `);
  });

  it.each([
    ['task=vtap', 'UNKNOWN_TASK'],
    ['method=mdbd', 'UNKNOWN_METHOD'],
    ['executor=wasn', 'UNKNOWN_EXECUTOR'],
    ['backbone.family=vitt', 'UNKNOWN_BACKBONE'],
    ['plugins=[@mdpd/task-vtap]', 'PLUGIN_NOT_FOUND'],
  ])('%s', async (override, code) => {
    const message = await refused('few.yaml', override.replace('[@', '["@').replace('p]', 'p"]'));
    expect(message).toMatch(new RegExp(`^error ${code} at `));
    // Of plugins every installed one is named: that the right one is among them is enough.
    expect(message.replace(/allowed: @.*@mdpd\/task-vtab.*/u, 'allowed: …')).toMatchSnapshot();
  });

  it('a backbone that is not there', async () => {
    expect(await refused('recipe.yaml', 'backbone=./model')).toMatchSnapshot();
    expect(await refused('recipe.yaml', 'backbone=google/vit-base-patch16-224')).toMatchSnapshot();
  });

  it('a backbone of impossible sizes', async () => {
    expect(await refusedLater('backbone.config.hidden_size=0')).toMatchInlineSnapshot(`
      "error BACKBONE_CONFIG at override backbone.config.hidden_size=0
        hidden_size is 0
        allowed: an integer from 1 to 65536"
    `);
    expect(await refusedLater('backbone.config.hidden_size=17')).toMatchInlineSnapshot(`
      "error BACKBONE_CONFIG at override backbone.config.hidden_size=17
        hidden_size 17 is not divisible by num_attention_heads 2
        allowed: num_attention_heads 1, 17"
    `);
    expect(await refusedLater('backbone.config.patch_size=-4')).toMatchInlineSnapshot(`
      "error BACKBONE_CONFIG at override backbone.config.patch_size=-4
        patch_size is -4
        allowed: an integer from 1 to 16384, or [height, width]"
    `);
  });

  async function refusedLater(override: string): Promise<string> {
    const finished = await mdpdHere(workspace.root, 'train', 'recipe.yaml', '--out', 'out', override);
    return expectFailure(workspace, finished, finished.exitCode === 2 ? 2 : 1);
  }
});

describe('command lines', () => {
  it.each([
    [['trian', 'recipe.yaml'], 'UNKNOWN_COMMAND'],
    [['train', 'recipe.yaml', '--smok'], 'UNKNOWN_OPTION'],
    [['train'], 'MISSING_ARGUMENT'],
    [['evaluate', 'nothing'], 'TARGET_NOT_FOUND'],
    [['evaluate', 'photos', '--split', 'tset'], 'OPTION_VALUE'],
    [['predict', 'photos', 'a.png'], 'TARGET_NOT_FOUND'],
    [['compare', 'photos'], 'RUN_NOT_FOUND'],
  ])('%j', async (argv, code) => {
    const message = expectFailure(workspace, await mdpdHere(workspace.root, ...argv), 2);
    expect(message.split(/\s/)[1]).toBe(code);
    expect(message).toMatchSnapshot();
  });

  it('gives programs the error as JSON', async () => {
    const { stdout, exitCode } = await mdpdHere(
      workspace.root,
      'train',
      'recipe.yaml',
      'train.batchSize=0',
      '--json',
    );
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'RECIPE_INVALID',
        message: 'train.batchSize is 0',
        place: 'override train.batchSize=0',
        allowed: 'a whole number from 1 to 65536 (examples a step)',
      },
    });
  });
});
