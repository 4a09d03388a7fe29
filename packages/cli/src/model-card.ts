/** README.md of a saved model: what it is, how it was made, what it scored, how to use it, what it cannot do. */
import type { HeadKind } from '@mdpd/core';
import { stringify } from 'yaml';
import { formatCount, formatMetric, isShare } from '@mdpd/report/format';
import type { Result } from '@mdpd/report/result';

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
  >;
  /** Hugging Face class. */
  readonly architecture: string;
  readonly labels: readonly string[];
  readonly kind: HeadKind;
  /** Where examples came from: `mnist:train[:1000]`. */
  readonly data: { readonly train: string; readonly trainExamples: number; readonly test: string };
  /** The recipe as resolved. */
  readonly recipeText: string;
}

/** Hugging Face's pipeline of a class, and an input as Python and as the shell have it. */
const pipelines: readonly (readonly [RegExp, string, string, string])[] = [
  [/ForImageClassification$/, 'image-classification', '"image.png"', 'image.png'],
  [/ForSequenceClassification$/, 'text-classification', '"some text"', '"some text"'],
  [/ForMaskedLM$/, 'fill-mask', '"some [MASK]"', '"some [MASK]"'],
  [/ForConditionalGeneration$/, 'text2text-generation', '"some text"', '"some text"'],
];

/** Markdown with the front matter that Hugging Face reads. */
export function modelCard(facts: CardFacts): string {
  const { result, architecture } = facts;
  const found = pipelines.find(([pattern]) => pattern.test(architecture));
  const [, pipeline, quoted, typed] = found ?? [undefined, undefined, '"input"', 'input'];
  return [
    `---\n${stringify(frontMatter(facts, pipeline), { lineWidth: 0 })}---\n`,
    `# ${result.backbone} fine-tuned on ${result.recipe}\n`,
    `${architecture}, fine-tuned with mdpd, method \`${result.method}\`. The folder holds exactly the backbone's`,
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
    '## Use\n',
    ...usage(architecture, pipeline, quoted, typed),
    '## Limits\n',
    ...limits(facts),
    '## Recipe\n',
    `\`\`\`yaml\n${facts.recipeText.trimEnd()}\n\`\`\`\n`,
  ].join('\n');
}

function frontMatter({ result, data }: CardFacts, pipeline: string | undefined): object {
  const metrics = Object.entries(result.metrics.faded ?? {});
  return {
    library_name: 'transformers',
    ...(pipeline === undefined ? {} : { pipeline_tag: pipeline }),
    tags: ['mdpd', 'memory-efficient'],
    metrics: metrics.map(([name]) => name),
    'model-index': [
      {
        name: `${result.recipe}-${result.method}`,
        results: [
          {
            task: { type: pipeline ?? result.task },
            dataset: { type: result.recipe, name: data.test, split: 'test' },
            metrics: metrics.map(([type, value]) => ({ type, value, name: type })),
          },
        ],
      },
    ],
  };
}

function training({ result, data }: CardFacts): string[] {
  const { parameters } = result;
  return [
    `- Start: \`${result.backbone}\` (${formatCount(parameters.backbone)} parameters)`,
    `- Data: \`${data.train}\`, ${formatCount(data.trainExamples)} examples`,
    `- Method: \`${result.method}\`, ${formatCount(result.steps)} steps, seed ${result.seed}`,
    `- Trained in the backbone and head: ${formatCount(parameters.trainedInBackbone)} parameters`,
    ...(parameters.side > 0
      ? [`- Side network while training: ${formatCount(parameters.side)} parameters, thrown away since`]
      : []),
    '',
  ];
}

function results({ result, data }: CardFacts): string[] {
  const rows = Object.entries(result.metrics.faded ?? {}).map(
    ([name, value]) => `| ${name} | ${shown(name, value)} |`,
  );
  return [
    `On \`${data.test}\`, ${formatCount(result.testExamples)} examples, measured after reloading this folder:\n`,
    '| metric | value |',
    '|---|---|',
    ...rows,
    '',
  ];
}

function shown(name: string, value: number): string {
  return isShare(name) ? `${formatMetric(name, value)} (${value.toFixed(4)})` : formatMetric(name, value);
}

function usage(architecture: string, pipeline: string | undefined, quoted: string, typed: string): string[] {
  const python =
    pipeline === undefined
      ? [
          'from transformers import ' + architecture,
          `model = ${architecture}.from_pretrained("path/to/this/folder")`,
        ]
      : [
          'from transformers import pipeline',
          `predict = pipeline("${pipeline}", model="path/to/this/folder")`,
          `print(predict(${quoted}))`,
        ];
  return ['```python', ...python, '```\n', '```sh', `npx mdpd predict path/to/this/folder ${typed}`, '```\n'];
}

function limits({ labels, kind, data }: CardFacts): string[] {
  const named = labels.slice(0, 20).join(', ') + (labels.length > 20 ? ', …' : '');
  return [
    ...(kind === 'regression' ? ['- It answers with one number, on the scale of its training data.'] : []),
    ...(kind === 'classification' && labels.length > 0
      ? [`- It knows these ${labels.length} classes and no others: ${named}.`]
      : []),
    `- It was measured on \`${data.test}\` only; expect less on data that looks different.`,
    `- Terms of use of the starting model and of the data apply to it.`,
    '',
  ];
}
