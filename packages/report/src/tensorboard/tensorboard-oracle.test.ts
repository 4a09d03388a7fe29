/** What TensorBoard itself reads from the event file of the example run, against the records that it was made of. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ShownExamples } from '../shown-examples.ts';
import { began, exampleRecipeText, exampleRecords, oracles } from '../testing/example-run.ts';

interface Oracle {
  readonly fileVersion: number;
  readonly firstTimestamp: number;
  readonly scalars: Readonly<Record<string, readonly [step: number, value: number, wallTime: number][]>>;
  readonly texts: Readonly<Record<string, readonly [step: number, texts: string[]][]>>;
  readonly images: Readonly<
    Record<string, { step: number; width: number; height: number; sha256: string; description: string }[]>
  >;
  readonly plugins: Readonly<Record<string, readonly string[]>>;
  readonly hparams: {
    readonly types: Readonly<Record<string, string>>;
    readonly metrics: readonly string[];
    readonly groups: readonly {
      readonly hparams: Readonly<Record<string, unknown>>;
      readonly sessions: readonly {
        readonly status: string;
        readonly startSeconds: number;
        readonly endSeconds: number;
        readonly metrics: Readonly<Record<string, readonly [step: number, value: number]>>;
      }[];
    }[];
  };
}

const read = (name: string): string => readFileSync(path.join(oracles, name), 'utf8');
const oracle = JSON.parse(read('tensorboard.json')) as Oracle;
const records = exampleRecords();
const examples = JSON.parse(read('examples.json')) as ShownExamples;

/** Steps and values of a tag. */
const series = (tag: string): number[][] => oracle.scalars[tag]!.map(([step, value]) => [step, value]);
const rounded = (pairs: (readonly [number, number])[]): number[][] =>
  pairs.map(([step, value]) => [step, Math.fround(value)]);

it('is an event file of the second version, with times to the millisecond', () => {
  expect([oracle.fileVersion, oracle.firstTimestamp]).toEqual([2, began]);
  const [, , wallTime] = oracle.scalars['train/loss']![0]!;
  expect(wallTime).toBe(began + 1);
});

describe('scalars', () => {
  const steps = records.filter((record) => record.type === 'step');

  it('has every number of every step', () => {
    expect(series('train/loss')).toEqual(rounded(steps.map(({ step, loss }) => [step, loss])));
    expect(series('train/metric')).toEqual(rounded(steps.map(({ step, metric }) => [step, metric!])));
    for (const part of Object.keys(steps[0]!.parts))
      expect(series(`parts/${part}`)).toEqual(rounded(steps.map(({ step, parts }) => [step, parts[part]!])));
    for (const name of Object.keys(steps[0]!.learningRate))
      expect(series(`learningRate/${name}`)).toEqual(
        rounded(steps.map(({ step, learningRate }) => [step, learningRate[name]!])),
      );
    expect(series('memory/rssBytes')).toEqual(rounded(steps.map(({ step, time }) => [step, time.rssBytes])));
    expect(series('time/samplesPerSecond')).toEqual(steps.map(({ step }) => [step, 200]));
  });

  it('has evaluations by split, metric and path, without what is no number', () => {
    expect(series('validation/accuracy/faded')).toEqual([[3, 0.5]]);
    expect(series('validation/accuracy/side')).toEqual([[3, 0.75]]);
    expect(series('test/accuracy/faded')).toEqual([[6, 0.8125]]);
    expect(series('test/matthews/side')).toEqual([[6, -0.125]]);
    expect(Object.keys(oracle.scalars).filter((tag) => tag.includes('undefined'))).toEqual([]);
  });

  it('has layers one by one, in an order that letters keep', () => {
    const tags = Object.keys(oracle.scalars).filter((tag) => tag.startsWith('layers/'));
    expect(tags.filter((tag) => tag.includes('gate'))).toEqual([
      'layers/gate/image/00',
      'layers/gate/image/01',
      'layers/gate/image/03',
    ]);
    expect(tags.filter((tag) => tag.includes('normDrift/text'))).toHaveLength(12);
    expect(series('layers/normDrift/image/02')).toEqual(
      rounded([
        [3, 0.03],
        [6, 0.06],
      ]),
    );
    expect(series('layers/boundary/image')).toEqual([
      [3, 2],
      [6, 2],
    ]);
  });

  it('has what the result says besides', () => {
    expect(series('result/fadeGap')).toEqual([[6, 0.0625]]);
    expect(series('result/sideMs')).toEqual([[6, 2.25]]);
  });
});

it('shows recipe and notes as they stand', () => {
  const block = (text: string): string => text.replace(/^/gm, '    ');
  expect(oracle.texts['recipe']).toEqual([[0, [block(exampleRecipeText)]]]);
  const notes = records.filter((record) => record.type === 'note');
  expect(oracle.texts['notes']).toEqual(notes.map(({ step, message }) => [step, [block(message)]]));
  expect(notes[0]!.message).toContain('\n#');
});

it('shows examples, as images and as texts, with nothing in them that means anything', () => {
  const [grey, colour] = examples.shown.map(({ image }) =>
    image === undefined ? '' : sha256(Buffer.from(image.source.split(',')[1]!, 'base64')),
  );
  expect(oracle.images).toEqual({
    'examples/right/0': [
      {
        step: 6,
        width: 6,
        height: 4,
        sha256: grey,
        description: '- expected: ant\n- faded model: ant (87.5 %)\n- with side network: ant (50.0 %)',
      },
    ],
    'examples/wrong/7': [
      {
        step: 6,
        width: 3,
        height: 2,
        sha256: colour,
        description:
          '- expected: &lt;script&gt;\\*bee\\*&lt;/script&gt;\n' +
          '- faded model: \\[cat\\]\\(javascript:alert\\(1\\)\\) (25.0 %)',
      },
    ],
  });
  expect(oracle.texts['examples/broken/9']).toEqual([
    [
      6,
      ['what is it?\n\na \\*second\\* text\n\n- expected: bee\n- faded model: cat\n- with side network: bee'],
    ],
  ]);
  expect(oracle.texts['examples/mended/11']).toHaveLength(1);
});

describe('the HPARAMS tab', () => {
  const [group] = oracle.hparams.groups;

  it('has the recipe as hyper-parameters, each of its type', () => {
    expect(oracle.plugins['hparams']).toEqual(['_hparams_/session_end_info', '_hparams_/session_start_info']);
    expect(group!.hparams).toMatchObject({
      task: 'vtab',
      'method.name': 'mdpd',
      'method.side.reductionFactor': 8,
      'method.side.gates': true,
      'method.layers.0': 1,
      'train.learningRate.head': 0.01,
      'data.train': './photos/train',
    });
    expect(oracle.hparams.types).toMatchObject({
      'method.name': 'DATA_TYPE_STRING',
      'method.side.gates': 'DATA_TYPE_BOOL',
      'train.seed': 'DATA_TYPE_FLOAT64',
    });
  });

  it('has one session, that ended well, with the final metrics', () => {
    expect(oracle.hparams.groups).toHaveLength(1);
    expect(group!.sessions).toHaveLength(1);
    const [session] = group!.sessions;
    expect(session).toMatchObject({ status: 'STATUS_SUCCESS', startSeconds: began });
    expect(session!.endSeconds).toBe(began + (records.length + 1) / 2);
    expect(session!.metrics).toMatchObject({
      'test/accuracy/faded': [6, 0.8125],
      'test/accuracy/side': [6, 0.875],
      'result/fadeGap': [6, 0.0625],
    });
    expect(oracle.hparams.metrics).toContain('|test/accuracy/faded');
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
