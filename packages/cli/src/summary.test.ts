import { expect, it } from 'vitest';
import { formatSummary } from './summary.ts';
import { exampleResult } from './testing/example-result.ts';

it('shows both models of an mdpd run', () => {
  expect(formatSummary(exampleResult(), 'runs/mnist/20261123-063956')).toMatchInlineSnapshot(`
    "Done in 4 min 05 s: mdpd on mnist, 1,200 steps, seed 0, wasm.

      10,000 test examples  faded model  with side network
      accuracy                   80.1 %             80.3 %
      time for 32 examples      41.2 ms            55.1 ms
      parameters                900,970            960,970

    The faded model is what ships: the side network that taught it is gone.
    Both predict the same for 95.0 % of the test examples; the faded model is 0.2 points below its side network.
    The faded model is 25.2 % faster than with it.
    Trained in backbone and head: 4,000 parameters.
    Peak memory 312 MB, 0.180 s a step.

    Model  runs/mnist/20261123-063956/model
    Page   runs/mnist/20261123-063956/report.html
    Next   npx mdpd predict runs/mnist/20261123-063956 <image.png>
           npx mdpd evaluate runs/mnist/20261123-063956"
  `);
});

it('shows the one model of a control, and says when numbers mean nothing', () => {
  const control = exampleResult({
    method: 'norm',
    smoke: true,
    metrics: { primary: 'accuracy', faded: { accuracy: 0.7 }, side: null },
    fadeGap: null,
    agreement: null,
    inference: { fadedMs: 41.2, sideMs: null, batch: 32 },
  });
  expect(formatSummary(control, 'out')).toMatchInlineSnapshot(`
    "Done in 4 min 05 s: norm on mnist, 1,200 steps, seed 0, wasm.

    A smoke run: a few examples and steps. The numbers mean nothing.

      10,000 test examples  faded model
      accuracy                   70.0 %
      time for 32 examples      41.2 ms
      parameters                900,970

    Trained in backbone and head: 4,000 parameters.
    Peak memory 312 MB, 0.180 s a step.

    Model  out/model
    Page   out/report.html
    Next   npx mdpd predict out <image.png>
           npx mdpd evaluate out"
  `);
});

it('shows the side network of a run that keeps it', () => {
  const kept = exampleResult({
    method: 'side',
    metrics: { primary: 'accuracy', faded: null, side: { accuracy: 0.7 } },
    fadeGap: null,
    agreement: null,
    inference: { fadedMs: null, sideMs: 55.1, batch: 32 },
    parameters: { backbone: 900_000, trainedInBackbone: 0, side: 60_000, inference: 960_000 },
  });
  expect(formatSummary(kept, 'out')).toMatchInlineSnapshot(`
    "Done in 4 min 05 s: side on mnist, 1,200 steps, seed 0, wasm.

      10,000 test examples  with side network
      accuracy                         70.0 %
      time for 32 examples            55.1 ms
      parameters                      960,000

    The backbone is as it was: only the side network was trained.
    Peak memory 312 MB, 0.180 s a step.

    Side network  out/side
    Page   out/report.html
    Next   npx mdpd predict out <image.png>
           npx mdpd evaluate out"
  `);
});

it('tells of texts and of scores, which are hardly ever equal', () => {
  const scores = exampleResult({
    recipe: 'stsb',
    task: 'glue',
    input: 'text',
    metrics: {
      primary: 'pearson',
      faded: { pearson: 0.8821, spearmanr: 0.88 },
      side: { pearson: 0.8701, spearmanr: 0.87 },
    },
    fadeGap: -0.012,
    agreement: null,
  });
  const text = formatSummary(scores, 'out');
  expect(text).toContain('  pearson                    0.8821             0.8701\n');
  expect(text).toContain('By pearson, the faded model is 0.0120 above its side network.\n');
  expect(text).toContain('Next   npx mdpd predict out "some text"\n');
});

it('says what may be answered without looking', () => {
  const result = exampleResult({
    metrics: {
      primary: 'accuracy',
      faded: { accuracy: 0.7 },
      side: null,
      baseline: { name: 'always answering "no"', metrics: { accuracy: 0.231 } },
    },
  });
  expect(formatSummary(result, 'out')).toContain(
    'Without looking: always answering "no" gives 23.1 % (accuracy).\n',
  );
});
