import { expect, it } from 'vitest';
import { trainSchema } from '@mdpd/core';
import { memoryWarning } from './memory-advice.ts';

const recipe = (
  method: object,
  data: Record<string, unknown> = {},
  batchSize = 50,
): Parameters<typeof memoryWarning>[0] => ({
  method: { name: 'norm', ...method },
  train: trainSchema.parse({ steps: 1, batchSize }),
  data,
});

it('says nothing where there is enough', () => {
  expect(memoryWarning(recipe({}), 1e9, 1e9)).toBeUndefined();
});

it('says what to change, in the form in which it is typed', () => {
  expect(memoryWarning(recipe({ recompute: false }, { maxLength: 128 }), 8.2e9, 4e9)).toMatchInlineSnapshot(
    `"warning: this training needs about 8.20 GB of memory, and 4.00 GB are free: try method.recompute=true, or train.batchSize=25, or data.maxLength=64; \`mdpd plan\` compares methods"`,
  );
  expect(memoryWarning(recipe({ name: 'full' }, {}, 1), 8e9, 4e9)).toContain(': try method=mdpd; ');
  expect(memoryWarning(recipe({ name: 'head' }, {}, 1), 8e9, 4e9)).toContain('are free; `mdpd plan`');
});
