/** Checks of what a task shows of its examples, and of how it judges answers, where it does. */
import type { Judgement, ShownExample, Task } from '@mdpd/core';
import { besideOutput, exampleOf } from '@mdpd/distill/engine/judged';
import { ensure, type Check } from '../check.ts';
import { plainly, range, someOutputs, type TaskSubject } from './subject.ts';

async function checkShow({ task }: TaskSubject): Promise<void> {
  for (const [name, dataset] of Object.entries(task.splits)) {
    if (!dataset.show) continue;
    for (const index of new Set([0, dataset.size - 1])) {
      const shown = await dataset.show(index);
      const { texts = [], image, imageSize } = shown;
      ensure(texts.length > 0 || image !== undefined, `${name} shows nothing of example ${index}`);
      ensure(
        texts.every((text) => typeof text === 'string'),
        `${name} shows a text of example ${index} that is none`,
      );
      if (image) {
        const { width, height, channels, data } = image;
        ensure(
          data.length === width * height * channels,
          `${name} shows an image of ${data.length} bytes instead of ${width} x ${height} x ${channels}`,
        );
      }
      const sides = Object.values(imageSize ?? { width: 1, height: 1 });
      ensure(
        sides.every((side) => Number.isInteger(side) && side >= 1),
        `${name} says that the image of example ${index} has ${sides.join(' x ')} pixels`,
      );
      const again = await dataset.show(index);
      ensure(isSame(shown, again), `${name} shows example ${index} otherwise the second time`);
    }
  }
}

function isSame(first: ShownExample, second: ShownExample): boolean {
  const words = ({ image, ...rest }: ShownExample): string =>
    JSON.stringify([rest, image?.width, image?.height, image?.channels]);
  const bytes = ({ image }: ShownExample): Uint8Array => image?.data ?? new Uint8Array(0);
  return words(first) === words(second) && Buffer.compare(bytes(first), bytes(second)) === 0;
}

const rows = 3;

async function checkJudge(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  if (!task.judge) return;
  for (const [name, dataset] of Object.entries(task.splits)) {
    const count = Math.min(rows, dataset.size);
    const batch = await dataset.load(range(count), plainly);
    if (Object.keys(batch.target).length === 0) continue;
    const judged = (label: string): Judgement[] => {
      const { data } = someOutputs(task, count, label, batch.target);
      const width = data.length / count;
      return range(count).map((row) => {
        const output = data.slice(row * width, (row + 1) * width) as Float32Array;
        const beside = besideOutput(batch, row);
        const judgement = task.judge!(output, exampleOf(batch.target, row), beside);
        ensureRight(task, judgement, task.decode(output, beside).value, name);
        return judgement;
      });
    };
    const [first, second] = [judged('output'), judged('other output')];
    const labels = (all: readonly Judgement[]): string =>
      JSON.stringify(all.map(({ expected, box }) => [expected, box]));
    ensure(labels(first) === labels(second), `${name}: what is expected depends on the outputs`);
    ensure(labels(judged('output')) === labels(first), `${name}: what is expected is not the same twice`);
  }
}

function ensureRight({ judge }: Task, { expected, right }: Judgement, said: string, name: string): void {
  ensure(
    judge !== undefined && (expected === undefined || typeof expected === 'string'),
    `${name}: expects no text`,
  );
  ensure(right !== false || said !== expected, `${name}: "${said}" is expected, and counts as wrong`);
}

/** Checks of what pages of runs show of a task. */
export const shownChecks: readonly Check<TaskSubject>[] = [
  { name: 'shows examples as people see them, the same again', run: checkShow },
  { name: 'judges answers by the label alone', run: checkJudge },
];
