/** configs/recipe.schema.json, as editors use it: by a validator that knows nothing of mdpd. */
import { loadPlugins } from '@mdpd/cli/plugins';
import { recipeJsonSchema } from '@mdpd/cli/recipe-json-schema';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { publishedPlugins, publishedRecipes, root, textOf } from './workspace.ts';

type Recipe = Record<string, unknown> & { train: Record<string, unknown>; data: Record<string, unknown> };

const schemaFile = 'configs/recipe.schema.json';
const recipes = publishedRecipes();
const schema = JSON.parse(textOf(schemaFile)) as object;
let validate: ValidateFunction;

beforeAll(() => {
  validate = new Ajv2020({ allErrors: true, strictSchema: false }).compile(schema);
});

it('is what `mdpd schema` writes here', async () => {
  const { registry } = await loadPlugins({ directory: root, named: publishedPlugins() });
  expect(schema, `npx mdpd schema --out ${schemaFile}`).toEqual(recipeJsonSchema(registry));
});

it.each(recipes)('accepts %s', (file) => {
  expect(validate(parse(textOf(file))), JSON.stringify(validate.errors)).toBe(true);
});

describe('refuses', () => {
  const changed = (change: (recipe: Recipe) => void): string[] => {
    const recipe = parse(textOf('configs/vtab/mnist.yaml')) as Recipe;
    change(recipe);
    validate(recipe);
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const { additionalProperty } = params as { additionalProperty?: string };
      return [instancePath, message, additionalProperty].filter(Boolean).join(' ');
    });
  };

  it.each<[what: string, change: (recipe: Recipe) => void, message: RegExp]>([
    ['a wrong key', (recipe) => (recipe['backbones'] = 'x'), /additional properties backbones/],
    ['a wrong key of train', ({ train }) => (train['batchsize'] = 5), /^\/train .*properties batchsize/],
    ['a wrong value of train', ({ train }) => (train['batchSize'] = 0), /^\/train\/batchSize must be >= 1/],
    ['a key that its task does not have', ({ data }) => (data['colour'] = 1), /^\/data .*properties colour/],
    ['another task', (recipe) => (recipe['task'] = 'vtap'), /^\/task /],
    ['another method', (recipe) => (recipe['method'] = 'mdp'), /^\/method /],
    [
      'a setting that its method does not have',
      (r) => (r['method'] = { name: 'lora', side: {} }),
      /^\/method .*side/,
    ],
    [
      'a wrong setting of its method',
      (recipe) => (recipe['method'] = { name: 'mdpd', logit: { temperature: 'hot' } }),
      /^\/method\/logit\/temperature must be number/,
    ],
    ['another executor', (recipe) => (recipe['executor'] = 'gpu'), /^\/executor /],
    ['a missing task', (recipe) => delete recipe['task'], /required property 'task'/],
  ])('%s', (_what, change, message) => {
    expect(changed(change).join('\n')).toMatch(new RegExp(message, 'm'));
  });

  it('nothing in what it refuses nothing in', () => {
    expect(changed(() => {})).toEqual([]);
  });
});
