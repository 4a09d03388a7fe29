import { describe, expect, it } from 'vitest';
import type { MdpdError } from './errors.ts';
import { formatError } from './errors.ts';
import { recipeFromObject } from './recipe-object.ts';
import { defineRecipe, type RecipeInput } from './recipe-input.ts';

const recipe = defineRecipe({
  task: 'vtab',
  data: { train: 'mnist:train', limit: undefined },
  backbone: 'zoo:tiny-vit',
  method: { name: 'mdpd', side: { reduction: 4 } },
  train: { steps: 3, learningRate: { side: 0.01 } },
  plugins: ['@mdpd/task-vtab'],
});

function failure(input: unknown): string {
  try {
    recipeFromObject(input as RecipeInput);
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
  return 'no error';
}

describe('recipeFromObject', () => {
  it('is the recipe without what is undefined, copied', () => {
    const loaded = recipeFromObject(recipe);
    expect(loaded.tree).toStrictEqual({ ...recipe, data: { train: 'mnist:train' } });
    expect(loaded.tree['method']).not.toBe(recipe.method);
    expect(loaded.plugins).toEqual(['@mdpd/task-vtab']);
  });

  it('places messages by dotted keys', () => {
    expect(recipeFromObject(recipe).locate(['train', 'steps'])).toBe('recipe.train.steps');
  });

  it('refuses what no recipe can hold', () => {
    expect(failure({ ...recipe, data: { train: new Date(0) } })).toMatchInlineSnapshot(`
      "error RECIPE_INVALID at recipe.data.train
        is a value of type Date
        allowed: text, numbers, true, false, null, lists and plain objects of these"
    `);
    expect(failure({ ...recipe, method: () => 1 })).toMatch(
      /at recipe\.method\n {2}is a value of type function/,
    );
    expect(failure('recipe.yaml')).toMatch(/at recipe\n {2}is a value of type string/);
    expect(failure([])).toMatch(/at recipe\n {2}is a value of type Array/);
    const cyclic: Record<string, unknown> = {};
    cyclic['data'] = cyclic;
    expect(failure(cyclic)).toMatch(/nested too deeply/);
    expect(failure(JSON.parse('{"data":{"__proto__":{"a":1}}}'))).toMatch(/key "__proto__" is not allowed/);
  });
});
