import { formatError, MdpdError } from '@mdpd/core';
import { expect, it } from 'vitest';
import { recipeChanges, refuseChanges } from './recipe-changes.ts';

const recipe = `# mdpd train a.yaml
task: vtab
train:
  seed: 0
  learningRate: { head: 0.01 }
data: { train: mnist }
`;

const refusal = (before: string, after: string, force: boolean): string => {
  try {
    refuseChanges(recipeChanges(before, after), 'runs/a/recipe.yaml', force);
  } catch (thrown) {
    if (thrown instanceof MdpdError) return formatError(thrown);
    throw thrown;
  }
  return 'accepted';
};

it('accepts the same recipe, whatever its comments and the order of its keys', () => {
  const same = `# asked for in another way\ndata: { train: mnist }\ntrain: { learningRate: { head: 0.01 }, seed: 0 }\ntask: vtab\n`;
  expect(refusal(recipe, same, false)).toBe('accepted');
});

it('shows what changed, and goes on with it where that is sound and asked for', () => {
  const changed = recipe.replace('0.01', '0.02');
  expect(refusal(recipe, changed, false)).toBe(
    'error RESUME_RECIPE_CHANGED at runs/a/recipe.yaml\n  the recipe is not the one of this run:\n' +
      '  train.learningRate.head: 0.01 → 0.02\n' +
      '  fix: use the recipe of the run, or accept the changes from here on with --force-resume',
  );
  expect(refusal(recipe, changed, true)).toBe('accepted');
  expect(refusal(recipe, `${recipe}executor: wasm\n`, true)).toBe('accepted');
});

it('never goes on with another seed or other data', () => {
  const changed = recipe.replace('seed: 0', 'seed: 1').replace('mnist', 'fashion').replace('0.01', '0.02');
  expect(refusal(recipe, changed, true)).toBe(
    'error RESUME_RECIPE_CHANGED at runs/a/recipe.yaml\n  the recipe is not the one of this run:\n' +
      '  train.seed: 0 → 1 (never)\n  data.train: "mnist" → "fashion" (never)\n' +
      '  fix: use the recipe of the run, or train in another folder with --out',
  );
});
