import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatError, MdpdError } from './errors.ts';
import { definePlugin } from './plugin.ts';
import { parseRecipe, stringifyRecipe } from './recipe-file.ts';
import { resolveRecipe } from './recipe-resolve.ts';
import { createRegistry } from './registry.ts';
import type { Recipe } from './recipe.ts';

const never = (): never => {
  throw new Error('not part of this test');
};

const registry = createRegistry([
  definePlugin({
    name: 'test-plugin',
    tasks: [
      {
        name: 'images',
        description: '',
        dataSchema: z.strictObject({
          train: z.string().describe('training images'),
          crop: z.union([z.int().min(1), z.literal('none')]).default('none'),
          augment: z.strictObject({ shift: z.number().min(0).lt(1).default(0.1) }).prefault({}),
          only: z.array(z.string()).min(1).optional(),
        }),
        open: never,
      },
    ],
    methods: [
      {
        name: 'mdpd',
        description: '',
        settings: z.strictObject({
          side: z.strictObject({ width: z.int().positive().default(48) }).prefault({}),
          fade: z
            .strictObject({
              train: z.enum(['head', 'norm+head']).default('head'),
              alpha: z.number().default(0.5),
            })
            .prefault({}),
        }),
        create: never,
      },
      {
        name: 'norm',
        description: '',
        settings: z.strictObject({ last: z.int().min(0).default(0) }),
        create: never,
      },
    ],
    executors: [{ name: 'wasm', description: '', probe: never, start: never }],
  }),
]);

const good = `task: images
data:
  train: ./photos
backbone: zoo:tiny-vit
method:
  name: mdpd
  fade: {alpha: 0.25}
train:
  epochs: 5
`;

const resolve = (text: string, ...overrides: string[]): Recipe =>
  resolveRecipe(parseRecipe(text, 'r.yaml', overrides), registry);

function failure(text: string, ...overrides: string[]): string {
  try {
    resolve(text, ...overrides);
  } catch (thrown) {
    if (!(thrown instanceof MdpdError)) throw thrown;
    expect(thrown.exitCode).toBe(2);
    return formatError(thrown);
  }
  throw new Error('nothing was thrown');
}

describe('resolveRecipe', () => {
  it('writes every default out, and its YAML resolves to the same', () => {
    const recipe = resolve(good, 'data.augment.shift=0');
    expect(recipe).toMatchObject({
      task: 'images',
      data: { train: './photos', crop: 'none', augment: { shift: 0 } },
      method: { name: 'mdpd', side: { width: 48 }, fade: { train: 'head', alpha: 0.25 } },
      train: { epochs: 5, batchSize: 50, learningRate: { head: 0.01 }, seed: 0 },
      executor: 'auto',
      smoke: false,
    });
    const text = stringifyRecipe(recipe, 'made by a test\n\nof two parts');
    expect(text).toMatch(/^# made by a test\n#\n# of two parts\ntask: images\n/);
    expect(resolve(text)).toEqual(recipe);
    expect(stringifyRecipe(resolve(text), 'made by a test\n\nof two parts')).toBe(text);
  });

  it('accepts the short form of a method, and drops settings that a replacing method does not know', () => {
    expect(
      resolve('task: images\ndata: {train: a}\nbackbone: b\nmethod: norm\ntrain: {steps: 1}').method,
    ).toEqual({
      name: 'norm',
      last: 0,
    });
    expect(resolve(good, 'method=norm').method).toEqual({ name: 'norm', last: 0 });
    expect(resolve(good, 'method.name=norm', 'method.last=2').method).toEqual({ name: 'norm', last: 2 });
  });

  it('keeps the error for a setting that was typed with the other method', () => {
    expect(failure(good, 'method=norm', 'method.fade.train=head')).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at r.yaml:7:3
        there is no key "method.fade"
        allowed: last"
    `);
  });

  it('names an unknown key with its place, the nearest key and the allowed ones', () => {
    expect(failure(good.replace('epochs: 5', 'epochs: 5\n  batchsize: 3'))).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at r.yaml:10:3
        there is no key "train.batchsize"
        allowed: epochs, steps, batchSize, learningRate, weightDecay, beta1, beta2, epsilon, schedule, warmup, clipNorm, spikeGuard, labelSmoothing, evaluateEvery, evaluateBatchSize, logEvery, checkpoint, seed
        fix: did you mean "batchSize"?"
    `);
    expect(failure(good.replace('alpha', 'alhpa'))).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at r.yaml:7:10
        there is no key "method.fade.alhpa"
        allowed: train, alpha
        fix: did you mean "alpha"?"
    `);
    expect(failure(good, 'data.trian=./x')).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at override data.trian=./x
        there is no key "data.trian"
        allowed: train, crop, augment, only
        fix: did you mean "train"?"
    `);
  });

  it('finds a key that stands in the wrong section', () => {
    expect(failure(good + 'batchSize: 3\n')).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at r.yaml:10:1
        there is no key "batchSize"
        allowed: task, data, backbone, method, train, executor, runtime, plugins, smoke
        fix: did you mean "train.batchSize"?"
    `);
    expect(failure(good + 'zzz: 3\n')).toMatchInlineSnapshot(`
      "error RECIPE_UNKNOWN_KEY at r.yaml:10:1
        there is no key "zzz"
        allowed: task, data, backbone, method, train, executor, runtime, plugins, smoke"
    `);
  });

  it.each([
    ['train.batchSize=0'],
    ['train.batchSize=-5'],
    ['train.batchSize=2.5'],
    ['train.batchSize=many'],
    ['train.batchSize=.nan'],
    ['train.beta1=2'],
    ['train.epochs=-1'],
    ['train.seed=-1'],
    ['train.schedule=cosin'],
    ['train.learningRate=0.1'],
    ['train=null'],
    ['task=3'],
    ['backbone=[1]'],
    ['backbone={family: 3, config: {}}'],
    ['backbone={family: vit, conf: {}}'],
    ['method=[mdpd]'],
    ['method={width: 3}'],
    ['method.side.width=0'],
    ['method.fade.train=norms'],
    ['data.crop=0'],
    ['data.augment.shift=1'],
    ['data.only=[]'],
    ['data.only=[1]'],
    ['data=./photos'],
    ['plugins=my-plugin'],
    ['smoke=maybe'],
    ['executor=3'],
  ])('%s', (override) => {
    expect(failure(good, override)).toMatchSnapshot();
  });

  it('says what is missing', () => {
    expect(failure(good.replace('  train: ./photos\n', '  crop: 3\n'))).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at r.yaml:2:1
        data.train is missing
        allowed: text (training images)"
    `);
    expect(failure(good.replace('  epochs: 5', '  seed: 5'))).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at r.yaml:8:1
        train.epochs: give either epochs or steps"
    `);
    expect(failure(good.replace('  epochs: 5', '  epochs: 5\n  steps: 5'))).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at r.yaml:9:11
        train.epochs: give either epochs or steps"
    `);
    expect(failure(good.replace('task: images\n', ''))).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at r.yaml:1:1
        task is missing
        allowed: text (task plugin: \`mdpd list\` shows them)"
    `);
  });

  it('names unknown tasks, methods and executors', () => {
    expect(failure(good, 'task=image')).toMatchInlineSnapshot(`
      "error UNKNOWN_TASK at override task=image
        there is no task "image"
        allowed: images
        fix: did you mean "images"?"
    `);
    expect(failure(good, 'method=mdpb')).toMatchInlineSnapshot(`
      "error UNKNOWN_METHOD at override method=mdpb
        there is no method "mdpb"
        allowed: mdpd, norm
        fix: did you mean "mdpd"?"
    `);
    expect(failure(good, 'executor=gpu')).toMatchInlineSnapshot(`
      "error UNKNOWN_EXECUTOR at override executor=gpu
        there is no executor "gpu"
        allowed: auto, wasm
        fix: did you mean "cpu"? It is not installed: npm install @mdpd/tensor"
    `);
  });

  it('lists several problems, at most ten', () => {
    expect(
      failure(good, 'train.batchSize=0', 'data.trian=x', 'method.side.width=0', 'task=images', 'nothing=1'),
    ).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at r.yaml
        4 problems:
          override train.batchSize=0: train.batchSize is 0; allowed: a whole number from 1 to 65536 (examples a step)
          override nothing=1: there is no key "nothing"; allowed: task, data, backbone, method, train, executor, runtime, plugins, smoke
          override data.trian=x: there is no key "data.trian"; allowed: train, crop, augment, only; did you mean "train"?
          override method.side.width=0: method.side.width is 0; allowed: a whole number of at least 1"
    `);
    const many = Array.from({ length: 13 }, (_, i) => `odd${i}=1`);
    expect(
      failure(good, ...many)
        .split('\n')
        .slice(-2),
    ).toMatchInlineSnapshot(`
      [
        "    override odd9=1: there is no key "odd9"; allowed: task, data, backbone, method, train, executor, runtime, plugins, smoke",
        "    … and 3 more",
      ]
    `);
  });
});
