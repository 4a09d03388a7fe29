/** Predicted beside measured: memory and time of the training rows, each in a process of its own. */
import { calibrate } from '@mdpd/compile/calibrate';
import { planMethod, type MethodPlan } from '@mdpd/cli/plan-training';
import { rss } from '@mdpd/tensor/memory-meter';
import { rowNamed, type Job } from './job.ts';
import { methodOf, startEngine, trainSettings } from './measure-row.ts';
import { benchModel } from './model.ts';

/** What `mdpd plan` would say of a row. */
export async function planRow(job: Job): Promise<MethodPlan> {
  const executor = await startEngine('compiled');
  try {
    const baseBytes = rss().rssBytes;
    const speed = await calibrate(executor);
    const method = methodOf(rowNamed(job.row));
    const model = benchModel(job.shape, job.batch);
    const plan = { ...model, train: trainSettings(job), baseBytes, speed };
    return await planMethod(plan, method, method.settings.parse(job.settings));
  } finally {
    await executor.stop();
  }
}
