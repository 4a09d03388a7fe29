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
  recipe: { data: { train: 'mnist:train', test: 'mnist:test' }, method: { name: 'mdpd' } },
  recipeText: 'task: vtab\n',
  packages: ['@mdpd/task-vtab', '@mdpd/backbone-vit'],
  others: [],
};

const body = (card: string): string => card.split('---\n').slice(2).join('---\n');

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
  expect(body(modelCard(facts))).toMatchInlineSnapshot(`
    "
    # \`zoo:tiny-vit\` fine-tuned on \`mnist\`

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
    | --- | --- |
    | \`accuracy\` | 80.1 % (0.8010) |
    | \`f1_macro\` | 79.0 % (0.7900) |

    ## Controls

    The same data, steps and seed; what a method is worth is its distance from these.

    | model | method | \`accuracy\` | trained in backbone and head |
    | --- | --- | ---: | ---: |
    | this model | \`mdpd\` | 80.1 % | 4,000 |

    Not measured beside this run; with the recipe below as \`recipe.yaml\`:

    - head alone: \`npx mdpd train recipe.yaml method=head\`
    - side network, kept at inference: \`npx mdpd train recipe.yaml method=side\`
    - every parameter: \`npx mdpd train recipe.yaml method=full\`

    ## Use

    Everything below runs in the folder of this file; put an image of yours beside it as \`image.png\`.

    ### mdpd

    \`\`\`sh
    npm install @mdpd/cli @mdpd/task-vtab @mdpd/backbone-vit
    \`\`\`

    \`\`\`sh
    npx mdpd predict . image.png
    \`\`\`

    ### Python

    \`\`\`python
    from transformers import pipeline

    predict = pipeline("image-classification", model=".")
    print(predict("image.png"))
    \`\`\`

    ### Transformers.js

    It reads \`onnx/model.onnx\`, which is not there until \`mdpd export\` has written it:

    \`\`\`sh
    npx mdpd export .
    \`\`\`

    \`\`\`sh
    npm install @huggingface/transformers
    \`\`\`

    \`\`\`js
    import { env, pipeline } from '@huggingface/transformers';

    env.allowRemoteModels = false;
    const predict = await pipeline('image-classification', '.', { dtype: 'fp32' });
    console.log(await predict('image.png'));
    \`\`\`

    ## Limits

    - It knows these 2 classes and no others: \`ant\`, \`bee\`.
    - It learned from \`mnist:train[:1000]\` and was measured on \`mnist:test\` only; expect less on data that looks different.
    - It is one run, of seed 0: another seed gives other numbers, by how much was not measured here.
    - Not tested: how it treats groups of people, inputs made to deceive it, inputs that are none of its classes or of its language, and whether its probabilities are those of being right.

    ## License

    - mdpd does not know the license of the starting model \`zoo:tiny-vit\`.
    - mdpd does not know the terms of the data, \`mnist:train[:1000]\`. Whatever terms there are apply to this model too: whoever publishes it has to look them up.

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
  expect(card).toContain('- A smoke run: it has learned next to nothing');
  expect(card).not.toContain('pipeline(');
  expect(card).toContain('`transformers` has no class with this head; `OtherModel` reads the other tensors.');
  expect(card).not.toContain('classes and no others');
});

it('tells of texts and of scores', () => {
  const card = modelCard({
    ...facts,
    result: exampleResult({
      input: 'text',
      metrics: { primary: 'pearson', faded: { pearson: 0.8832, spearmanr: 0.8801 }, side: null },
    }),
    architecture: 'BertForSequenceClassification',
    labels: ['LABEL_0'],
    kind: 'regression',
  });
  expect(card).toContain('pipeline_tag: text-classification');
  expect(card).toContain('| `pearson` | 0.8832 |\n| `spearmanr` | 0.8801 |');
  expect(card).toContain('print(predict("some text", function_to_apply="none"))');
  expect(card).toContain('npx mdpd predict . "some text"');
  expect(card).not.toContain("from '@huggingface/transformers'");
  expect(card).toContain('- It answers with one number');
  expect(card).not.toContain('classes and no others');
});

it('says under what license the starting model stands, where its card does', () => {
  const unknown = modelCard(facts);
  expect(unknown).toContain('- mdpd does not know the license of the starting model `zoo:tiny-vit`.');
  expect(unknown).not.toMatch(/^license/m);
  const known = modelCard({
    ...facts,
    license: { metadata: { license: 'other', license_name: 'Some `terms`', license_link: 'LICENSE' } },
  });
  expect(known).toContain('\nlicense: other\nlicense_name: "Some `terms`"\nlicense_link: LICENSE\n');
  expect(known).toContain(
    '- The card of the starting model names the license `other`, `` Some `terms` ``, `LICENSE`; it stands',
  );
});

it('shows what strangers named, and lets it mean nothing', () => {
  const evil = 'x` <script>alert(1)</script> | [a](javascript:b)\n---\n## Limits\u001b[2J';
  const card = modelCard({
    ...facts,
    result: exampleResult({ recipe: evil, backbone: evil, method: evil }),
    labels: [evil, '`', ''],
    data: { train: evil, trainExamples: 1, test: evil },
    recipeText: 'note: |\n  ```\n  ## Limits\n',
  });
  expect(card.match(/^## Limits$/gm)).toHaveLength(1);
  expect(card.match(/^---$/gm)).toHaveLength(2);
  expect(card).not.toContain('\u001b');
  // Whatever is no code holds nothing of it.
  const plain = body(card)
    .replace(/^(`{3,})[^]*?^\1$/gm, '')
    .replace(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, '');
  expect(plain).not.toMatch(/script|\[a\]/);
  expect(card).toMatch(/\n````yaml\nnote: \|\n {2}```\n {2}## Limits\n````\n$/);
});
