/** What to change in a recipe that needs more memory than there is. */
import type { Recipe } from '@mdpd/core';
import { formatBytes } from '@mdpd/report/format';

/** A warning with overrides that help, those that change least first; undefined where there is enough. */
export function memoryWarning(
  recipe: Pick<Recipe, 'method' | 'train' | 'data'>,
  plannedBytes: number,
  availableBytes: number,
): string | undefined {
  if (plannedBytes <= availableBytes) return undefined;
  const { method, train, data } = recipe;
  const length = data['maxLength'];
  const advice = [
    ...(method['recompute'] === false ? ['method.recompute=true'] : []),
    ...(train.batchSize > 1 ? [`train.batchSize=${Math.ceil(train.batchSize / 2)}`] : []),
    ...(typeof length === 'number' && length > 16 ? [`data.maxLength=${Math.ceil(length / 2)}`] : []),
    ...(['full', 'lora', 'bias'].includes(method.name) ? ['method=mdpd'] : []),
  ];
  const needed = `this training needs about ${formatBytes(plannedBytes)} of memory, and ${formatBytes(availableBytes)} are free`;
  const help = advice.length > 0 ? `: try ${advice.join(', or ')}` : '';
  return `warning: ${needed}${help}; \`mdpd plan\` compares methods`;
}
