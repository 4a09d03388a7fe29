/** Whether the model card, README.md of a model, says what the run and the weights say. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { HeadKind, MdpdError } from '@mdpd/core';
import { messageOf } from '@mdpd/core';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { licenseSchema } from './card-license.ts';
import { cardMetadata, metadataText } from './card-metadata.ts';
import { lastFenced } from './card-text.ts';
import { readText } from './files.ts';
import { formatCount } from '@mdpd/report/format';
import type { Result } from '@mdpd/report/result';
import { recipeHeading } from './model-card.ts';
import { checkOf, problem, type Check } from './verify-check.ts';

const mostBytes = 1_000_000;
const again = 'get the model again from where it came from, or train it again';

/** What of a card's metadata nothing else of the run says. */
const toldBySelf = z.looseObject({
  'model-index': z.tuple([
    z.looseObject({
      results: z.tuple([
        z.looseObject({
          dataset: z.looseObject({ name: z.string() }),
          metrics: z.array(z.looseObject({ type: z.string(), value: z.number() })),
        }),
      ]),
    }),
  ]),
});

/** The model that a card belongs to. */
export interface CardedModel {
  readonly folder: string;
  /** Hugging Face class and kind of head, as config.json has them. */
  readonly architecture: string;
  readonly kind: HeadKind;
}

export function verifyCard(model: CardedModel, recipeFile: string, result: Result): Check[] {
  const file = path.join(model.folder, 'README.md');
  const text = readText(file, mostBytes);
  const recipe = readText(recipeFile, mostBytes);
  const problems: MdpdError[] = [];
  const fail = (message: string): void => void problems.push(problem('VERIFY_CARD', message, again, file));
  verifyMetadata(text, model, recipe, result, fail);
  const parameters = formatCount(result.parameters.inference);
  if (!text.includes(`tensors and the head (${parameters} parameters)`))
    fail(`the card does not say that the model has ${parameters} parameters`);
  if (bare(lastFenced('yaml', recipeHeading, text)) !== bare(recipe))
    fail('the recipe in the card is not recipe.yaml');
  return checkOf(
    'card',
    problems,
    `README.md: metadata, metrics, recipe and ${parameters} parameters as in the run`,
  );
}

/** Without the comment on top, which says by which command the run was begun, or went on. */
const bare = (text = ''): string => text.replace(/^(#.*\n)+/, '').trimEnd();

/** The metadata are those that the run would be given now; where examples came from only the card says. */
function verifyMetadata(
  card: string,
  { architecture, kind }: CardedModel,
  recipe: string,
  result: Result,
  fail: (message: string) => void,
): void {
  let found: z.infer<typeof toldBySelf>;
  let data: Readonly<Record<string, unknown>>;
  try {
    found = toldBySelf.parse(valueOf(metadataText(card) ?? ''));
    data = z.looseObject({ data: z.record(z.string(), z.unknown()).default({}) }).parse(valueOf(recipe)).data;
  } catch (thrown) {
    fail(`the head of the card cannot be read: ${messageOf(thrown).split('\n')[0]!}`);
    return;
  }
  const [told] = found['model-index'][0].results;
  const metrics = Object.fromEntries(told.metrics.map(({ type, value }) => [type, value]));
  const recorded = result.metrics.faded ?? {};
  if (!isDeepStrictEqual(metrics, recorded)) {
    fail(`the card claims ${JSON.stringify(metrics)}, result.json has ${JSON.stringify(recorded)}`);
    return;
  }
  const license = licenseSchema.safeParse(found);
  const expected = cardMetadata({
    result,
    architecture,
    kind,
    data,
    testOrigin: told.dataset.name,
    ...(license.success && { license: { metadata: license.data } }),
  });
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)]))
    if (!isDeepStrictEqual(found[key], expected[key]))
      fail(`the card says ${key} ${shown(found[key])} instead of ${shown(expected[key])}`);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function valueOf(yaml: string): unknown {
  const document = parseDocument(yaml, { logLevel: 'error' });
  const [error] = document.errors;
  if (error) throw error;
  return document.toJS({ maxAliasCount: 0 });
}
