/** README.md of a saved model: what it is, how it was made, what it scored, how to use it, what it cannot do. */
import type { HeadKind, Recipe } from '@mdpd/core';
import { formatCount, formatMetric, isShare } from '@mdpd/report/format';
import type { Result } from '@mdpd/report/result';
import { controls, type ControlRun } from './card-controls.ts';
import type { CardLicense } from './card-license.ts';
import { cardMetadata, frontMatter } from './card-metadata.ts';
import { cellCode, fenced, inlineCode } from './card-text.ts';
import { usage } from './card-usage.ts';

/** A result before the numbers that are only known after the model was reloaded. */
export interface CardFacts {
  readonly result: Pick<
    Result,
    | 'recipe'
    | 'task'
    | 'backbone'
    | 'method'
    | 'seed'
    | 'steps'
    | 'parameters'
    | 'metrics'
    | 'testExamples'
    | 'smoke'
    | 'input'
  >;
  /** Hugging Face class. */
  readonly architecture: string;
  readonly labels: readonly string[];
  readonly kind: HeadKind;
  /** Where examples came from: `mnist:train[:1000]`. */
  readonly data: { readonly train: string; readonly trainExamples: number; readonly test: string };
  /** The recipe as resolved. */
  readonly recipe: Pick<Recipe, 'data' | 'method'>;
  /** recipe.yaml. */
  readonly recipeText: string;
  /** Packages with the task and the backbone. */
  readonly packages: readonly string[];
  /** Of the starting model, where that is known. */
  readonly license?: CardLicense;
  /** Finished runs of the same recipe with other methods. */
  readonly others: readonly ControlRun[];
}

/** The heading under which the recipe stands, at the end. */
export const recipeHeading = '## Recipe';

/** Labels that are named one by one. */
const mostLabels = 20;

/** Markdown with the metadata that Hugging Face reads. */
export function modelCard(facts: CardFacts): string {
  const { result, architecture, data, recipe, kind } = facts;
  const metadata = cardMetadata({ ...facts, data: recipe.data, testOrigin: data.test });
  return [
    frontMatter(metadata),
    `# ${inlineCode(result.backbone)} fine-tuned on ${inlineCode(result.recipe)}\n`,
    `${architecture}, fine-tuned with mdpd, method ${inlineCode(result.method)}. The folder holds exactly the backbone's`,
    `tensors and the head (${formatCount(result.parameters.inference)} parameters): what helped in training is not part of it.\n`,
    ...(result.smoke
      ? [
          '**Made with `--smoke`: a few examples and steps, to see that everything runs. Useless otherwise.**\n',
        ]
      : []),
    '## Training\n',
    ...training(facts),
    '## Result\n',
    ...results(facts),
    '## Controls\n',
    ...controls({ result, method: recipe.method, others: facts.others }),
    '## Use\n',
    ...usage({ architecture, kind, input: result.input ?? 'image', packages: facts.packages }),
    '## Limits\n',
    ...limits(facts),
    '## License\n',
    ...license(facts),
    `${recipeHeading}\n`,
    fenced('yaml', facts.recipeText),
  ].join('\n');
}

function training({ result, data }: CardFacts): string[] {
  const { parameters } = result;
  return [
    `- Start: ${inlineCode(result.backbone)} (${formatCount(parameters.backbone)} parameters)`,
    `- Data: ${inlineCode(data.train)}, ${formatCount(data.trainExamples)} examples`,
    `- Method: ${inlineCode(result.method)}, ${formatCount(result.steps)} steps, seed ${result.seed}`,
    `- Trained in the backbone and head: ${formatCount(parameters.trainedInBackbone)} parameters`,
    ...(parameters.side > 0
      ? [`- Side network while training: ${formatCount(parameters.side)} parameters, thrown away since`]
      : []),
    '',
  ];
}

function results({ result, data }: CardFacts): string[] {
  const rows = Object.entries(result.metrics.faded ?? {}).map(
    ([name, value]) => `| ${cellCode(name)} | ${shown(name, value)} |`,
  );
  return [
    `On ${inlineCode(data.test)}, ${formatCount(result.testExamples)} examples, measured after reloading this folder:\n`,
    '| metric | value |',
    '| --- | --- |',
    ...rows,
    '',
  ];
}

function shown(name: string, value: number): string {
  return isShare(name) ? `${formatMetric(name, value)} (${value.toFixed(4)})` : formatMetric(name, value);
}

function limits({ labels, kind, data, result }: CardFacts): string[] {
  const named = labels.slice(0, mostLabels).map(inlineCode).join(', ');
  const more = labels.length > mostLabels ? ', …' : '';
  return [
    ...(kind === 'regression' ? ['- It answers with one number, on the scale of its training data.'] : []),
    ...(kind === 'classification' && labels.length > 0
      ? [`- It knows these ${labels.length} classes and no others: ${named}${more}.`]
      : []),
    ...(result.smoke ? ['- A smoke run: it has learned next to nothing, and its numbers mean nothing.'] : []),
    `- It learned from ${inlineCode(data.train)} and was measured on ${inlineCode(data.test)} only; expect less on data that looks different.`,
    `- It is one run, of seed ${result.seed}: another seed gives other numbers, by how much was not measured here.`,
    '- Not tested: how it treats groups of people, inputs made to deceive it, inputs that are none of its classes or' +
      ' of its language, and whether its probabilities are those of being right.',
    '',
  ];
}

function license({ license: found, result, data }: CardFacts): string[] {
  const { license: name, license_name: own, license_link: link } = found?.metadata ?? {};
  const details = [own, link].flatMap((each) => (each === undefined ? [] : [inlineCode(each)]));
  const fresh = result.backbone.startsWith('fresh ');
  return [
    fresh
      ? '- There is no starting model: it began with fresh parameters.'
      : name === undefined
        ? `- mdpd does not know the license of the starting model ${inlineCode(result.backbone)}.`
        : `- The card of the starting model names the license ${[inlineCode(name), ...details].join(', ')}; it stands at the head of this card for want of another.`,
    `- mdpd does not know the terms of the data, ${inlineCode(data.train)}. Whatever terms there are apply to this model too: whoever publishes it has to look them up.`,
    '',
  ];
}
