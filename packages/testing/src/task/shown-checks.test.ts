import type { Dataset, Judgement, ShownExample, Task } from '@mdpd/core';
import { describeFindings } from '../findings.ts';
import { shownChecks } from './shown-checks.ts';
import type { TaskSubject } from './subject.ts';
import { changed, task } from './variants.ts';

const { test } = task.splits;

const showing = (show: NonNullable<Dataset['show']>): TaskSubject =>
  changed({ splits: { ...task.splits, test: { ...test!, show } } });
const plainly = (example: ShownExample): TaskSubject => showing(() => Promise.resolve(example));
const judging = (judge: NonNullable<Task['judge']>): TaskSubject => changed({ judge });
const shows = 'shows examples';
const judges = 'judges answers';

let shown = 0;
let judged = 0;

describeFindings('checks of what is shown', shownChecks, {
  'nothing to be seen': { check: shows, says: 'test shows nothing of example 0', subject: plainly({}) },
  'an image with too few bytes': {
    check: shows,
    says: 'test shows an image of 5 bytes instead of 2 x 1 x 3',
    subject: plainly({ image: { width: 2, height: 1, channels: 3, data: new Uint8Array(5) } }),
  },
  'an image without sides': {
    check: shows,
    says: 'test says that the image of example 0 has 0 x 4 pixels',
    subject: plainly({
      image: { width: 1, height: 1, channels: 1, data: new Uint8Array(1) },
      imageSize: { width: 0, height: 4 },
    }),
  },
  'texts that change': {
    check: shows,
    says: 'test shows example 0 otherwise the second time',
    subject: showing(() => Promise.resolve({ texts: [String(shown++)] })),
  },
  'pixels that change': {
    check: shows,
    says: 'test shows example 0 otherwise the second time',
    subject: showing(() =>
      Promise.resolve({ image: { width: 1, height: 1, channels: 1, data: Uint8Array.of(shown++) } }),
    ),
  },
  'an expectation that follows the output': {
    check: judges,
    says: 'what is expected depends on the outputs',
    subject: judging((output): Judgement => ({ expected: String(output[0]) })),
  },
  'an expectation that changes by itself': {
    check: judges,
    says: 'train: what is expected',
    subject: judging((): Judgement => ({ expected: String(judged++) })),
  },
  'what is expected, counted as wrong': {
    check: judges,
    says: 'is expected, and counts as wrong',
    subject: judging((output): Judgement => ({ expected: task.decode(output).value, right: false })),
  },
});
