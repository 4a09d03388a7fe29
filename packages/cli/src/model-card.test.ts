import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { modelCard, type CardFacts } from './model-card.ts';
import { exampleResult } from './testing/example-result.ts';

const facts: CardFacts = {
  result: exampleResult({
    metrics: { primary: 'accuracy', faded: { accuracy: 0.801, f1_macro: 0.79 }, side: null },
  }),
  architecture: 'ViTForImageClassification',
  labels: ['ant', 'bee'],
  kind: 'classification',
  data: { train: 'mnist:train[:1000]', trainExamples: 1000, test: 'mnist:test' },
  recipeText: 'task: vtab\n',
};

it('has the front matter that Hugging Face reads', () => {
  const [, front] = modelCard(facts).split('---\n');
  expect(parse(front!)).toEqual({
    library_name: 'transformers',
    pipeline_tag: 'image-classification',
    tags: ['mdpd', 'memory-efficient'],
    metrics: ['accuracy', 'f1_macro'],
    'model-index': [
      {
        name: 'mnist-mdpd',
        results: [
          {
            task: { type: 'image-classification' },
            dataset: { type: 'mnist', name: 'mnist:test', split: 'test' },
            metrics: [
              { type: 'accuracy', value: 0.801, name: 'accuracy' },
              { type: 'f1_macro', value: 0.79, name: 'f1_macro' },
            ],
          },
        ],
      },
    ],
  });
});

it('says what it is, how it was made, what it scored, how to use it and what it cannot do', () => {
  expect(modelCard(facts).split('---\n').slice(2).join('---\n')).toMatchInlineSnapshot(`
    "
    # zoo:tiny-vit fine-tuned on mnist

    ViTForImageClassification, fine-tuned with mdpd, method \`mdpd\`. The folder holds exactly the backbone's
    tensors and the head (900,970 parameters): what helped in training is not part of it.

    ## Training

    - Start: \`zoo:tiny-vit\` (900,000 parameters)
    - Data: \`mnist:train[:1000]\`, 1,000 examples
    - Method: \`mdpd\`, 1,200 steps, seed 0
    - Trained in the backbone and head: 4,000 parameters
    - Side network while training: 60,000 parameters, thrown away since

    ## Result

    On \`mnist:test\`, 10,000 examples, measured after reloading this folder:

    | metric | value |
    |---|---|
    | accuracy | 80.1 % (0.8010) |
    | f1_macro | 79.0 % (0.7900) |

    ## Use

    \`\`\`python
    from transformers import pipeline
    predict = pipeline("image-classification", model="path/to/this/folder")
    print(predict("image.png"))
    \`\`\`

    \`\`\`sh
    npx mdpd predict path/to/this/folder image.png
    \`\`\`

    ## Limits

    - It knows these 2 classes and no others: ant, bee.
    - It was measured on \`mnist:test\` only; expect less on data that looks different.
    - Terms of use of the starting model and of the data apply to it.

    ## Recipe

    \`\`\`yaml
    task: vtab
    \`\`\`
    "
  `);
});

it('warns of a smoke run, and leaves out what an unknown architecture cannot say', () => {
  const card = modelCard({
    ...facts,
    result: exampleResult({ smoke: true }),
    architecture: 'OtherModel',
    labels: [],
  });
  expect(card).toContain('**Made with `--smoke`');
  expect(card).not.toContain('pipeline');
  expect(card).toContain('model = OtherModel.from_pretrained("path/to/this/folder")');
  expect(card).not.toContain('classes and no others');
});

it('tells of texts and of scores', () => {
  const card = modelCard({
    ...facts,
    result: exampleResult({
      metrics: { primary: 'pearson', faded: { pearson: 0.8832, spearmanr: 0.8801 }, side: null },
    }),
    architecture: 'BertForSequenceClassification',
    labels: ['LABEL_0'],
    kind: 'regression',
  });
  expect(card).toContain('pipeline_tag: text-classification');
  expect(card).toContain('| pearson | 0.8832 |\n| spearmanr | 0.8801 |');
  expect(card).toContain('print(predict("some text"))');
  expect(card).toContain('npx mdpd predict path/to/this/folder "some text"');
  expect(card).toContain('- It answers with one number');
  expect(card).not.toContain('classes and no others');
});
