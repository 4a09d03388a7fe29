/** Whether the model card, README.md of a model, says what the run and the weights say. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { MdpdError } from '@mdpd/core';
import { messageOf } from '@mdpd/core';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readText } from './files.ts';
import { formatCount } from '@mdpd/report/format';
import type { Result } from '@mdpd/report/result';
import { checkOf, problem, type Check } from './verify-check.ts';

const mostBytes = 1_000_000;
const again = 'get the model again from where it came from, or train it again';

/** What Hugging Face shows of a card. */
const frontMatter = z.looseObject({
  'model-index': z.tuple([
    z.looseObject({
      results: z.tuple([
        z.looseObject({ metrics: z.array(z.looseObject({ type: z.string(), value: z.number() })) }),
      ]),
    }),
  ]),
});

export function verifyCard(folder: string, recipeFile: string, result: Result): Check[] {
  const file = path.join(folder, 'README.md');
  const text = readText(file, mostBytes);
  const problems: MdpdError[] = [];
  const fail = (message: string): void => void problems.push(problem('VERIFY_CARD', message, again, file));
  const metrics = cardMetrics(text, fail);
  const recorded = result.metrics.faded ?? {};
  if (metrics && !isDeepStrictEqual(metrics, recorded))
    fail(`the card claims ${JSON.stringify(metrics)}, result.json has ${JSON.stringify(recorded)}`);
  const parameters = formatCount(result.parameters.inference);
  if (!text.includes(`tensors and the head (${parameters} parameters)`))
    fail(`the card does not say that the model has ${parameters} parameters`);
  const recipe = /\n## Recipe\n\n```yaml\n([\s\S]*)\n```\n$/.exec(text)?.[1];
  if (bare(recipe) !== bare(readText(recipeFile, mostBytes)))
    fail('the recipe in the card is not recipe.yaml');
  return checkOf('card', problems, `README.md: metrics, recipe and ${parameters} parameters as in the run`);
}

/** Without the comment on top, which says by which command the run was begun, or went on. */
const bare = (text = ''): string => text.replace(/^(#.*\n)+/, '').trimEnd();

function cardMetrics(text: string, fail: (message: string) => void): Record<string, number> | undefined {
  const yaml = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? '';
  try {
    const parsed = frontMatter.parse(parseDocument(yaml).toJS({ maxAliasCount: 0 }));
    const { metrics } = parsed['model-index'][0].results[0];
    return Object.fromEntries(metrics.map(({ type, value }) => [type, value]));
  } catch (thrown) {
    fail(`the head of the card cannot be read: ${messageOf(thrown).split('\n')[0]!}`);
    return undefined;
  }
}
