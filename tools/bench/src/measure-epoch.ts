/** Measures an epoch of training on real texts: from its first step to its last, compiling its graphs included. */
import type { Executor } from '@mdpd/core';
import { trainSchema } from '@mdpd/core';
import { train } from '@mdpd/distill/engine/train';
import { rss } from '@mdpd/tensor/memory-meter';
import { familyOf } from './families/families.ts';
import type { BenchRow, Job } from './job.ts';
import { methodOf, type Timed } from './measure-row.ts';
import { modelOn, seed } from './model.ts';
import { watchOthers } from './processors.ts';
import { openTexts } from './texts.ts';

/** The inputs that a text gives. */
function textInputs(job: Job): string[] {
  const family = familyOf(job.shape);
  return Object.keys(family.provider.create(family.config(job.shape)).inputs);
}

export async function timeEpoch(executor: Executor, job: Job, row: BenchRow): Promise<Timed> {
  if (row.kind !== 'epoch' || !job.texts) throw new Error(`row ${row.name} needs texts`);
  const maxLength = job.shape.tokens;
  const dataset = await openTexts(job.texts, { maxLength, padded: row.padded, inputs: textInputs(job) });
  const { backbone, head, task, initial } = modelOn(job.shape, dataset);
  const method = methodOf(row);
  const values: number[] = [];
  const parameters = await initial();
  const modelRssBytes = rss().rssBytes;
  const others = watchOthers();
  const run = await train({
    backbone,
    head,
    task,
    method,
    executor,
    initial: parameters,
    settings: method.settings.parse(job.settings),
    train: trainSchema.parse({ ...job.train, batchSize: job.batch, epochs: 1, seed }),
    reporters: [
      { name: 'bench', record: (record) => void (record.type === 'step' && values.push(record.loss)) },
    ],
  });
  const othersCpu = others();
  const times = [1000 * run.seconds];
  run.dispose();
  return { times, values, modelRssBytes, othersCpu };
}
