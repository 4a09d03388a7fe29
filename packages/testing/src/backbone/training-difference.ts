/** Trains a backbone of images with texts on a tiny task, compiled and not, and compares. Letters: B batch. */
import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import type {
  BackboneProvider,
  Dataset,
  Executor,
  HostRecord,
  JsonObject,
  MethodProvider,
  Task,
} from '@mdpd/core';
import { readRecord } from '@mdpd/distill/engine/state';
import { train } from '@mdpd/distill/engine/train';
import { labelMethods } from '@mdpd/distill/methods/label-method';
import { mdpdMethod } from '@mdpd/distill/methods/mdpd-method';
import { sideMethod } from '@mdpd/distill/methods/side-method';
import { hostTensor, sizeOf } from '@mdpd/tensor/host';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { createRandom } from '@mdpd/tensor/random';
import { absoluteDifference } from '../differences.ts';
import { tinyTextTask } from '../fixtures/tiny-text-task.ts';
import { trainingJob } from '../training-job.ts';

export interface TrainingCase {
  readonly provider: BackboneProvider;
  readonly config: JsonObject;
  /** Words of the texts; at least 8. */
  readonly vocabulary: number;
  /** `mdpd`, `side`, `norm`, … */
  readonly method: string;
  /** As a recipe would say them. */
  readonly settings: object;
}

/** Steps on which rounding stays rounding: see `compiled-steps.test.ts`. */
const gentle = {
  steps: 20,
  batchSize: 6,
  epsilon: 1e-4,
  learningRate: { head: 2e-3, norm: 2e-3, bias: 2e-3, lora: 2e-3, weight: 1e-3, side: 1e-3 },
};

const methodOf = (name: string): MethodProvider =>
  [mdpdMethod, sideMethod, ...labelMethods].find((method) => method.name === name)!;

/** Trained tensors whose values differ by more than 1e-4 after twenty steps, with the difference; and how many there are. */
export async function trainingDifference(
  one: TrainingCase,
): Promise<{ readonly far: Readonly<Record<string, number>>; readonly tensors: number }> {
  const cpu = await cpuExecutor.start();
  const compiled = await onnxruntimeExecutor.start({ threads: 2 });
  try {
    const [expected, actual] = [await trained(one, cpu), await trained(one, compiled)];
    const differences = Object.entries(expected).map(
      ([name, { data }]) => [name, absoluteDifference(actual[name]!.data, data)] as const,
    );
    const far = differences.filter(([, difference]) => !(difference <= 1e-4));
    return { far: Object.fromEntries(far), tensors: differences.length };
  } finally {
    await compiled.stop();
  }
}

async function trained(
  { provider, config, vocabulary, method, settings }: TrainingCase,
  executor: Executor,
): Promise<HostRecord> {
  const backbone = provider.create(config);
  const texts = tinyTextTask({ ...backbone, config: { vocabulary } }, { sizes: { train: 32, test: 10 } });
  const { shape } = backbone.inputs['pixel_values']!;
  const job = trainingJob({
    executor,
    method: methodOf(method),
    settings,
    provider,
    backbone,
    task: withImages(texts, shape),
    train: gentle,
  });
  const run = await train(job);
  const parameters = {
    ...(await readRecord(executor, run.state.trained)),
    ...(await readRecord(executor, run.state.side)),
  };
  run.dispose();
  return parameters;
}

/** The same texts, each with an image of noise, [B, …shape]. */
function withImages(task: Task, shape: readonly number[]): Task {
  const illustrated = (dataset: Dataset): Dataset => ({
    ...dataset,
    load: async (indices, options) => {
      const batch = await dataset.load(indices, options);
      const values = Array.from(indices).flatMap((index) => {
        const random = createRandom(index, 'image');
        return Array.from({ length: sizeOf(shape) }, () => random.normal());
      });
      const pixels = hostTensor(values, [batch.size, ...shape]);
      return { ...batch, input: { ...batch.input, pixel_values: pixels } };
    },
  });
  const splits = Object.entries(task.splits).map(([name, dataset]) => [
    name,
    dataset && illustrated(dataset),
  ]);
  return { ...task, splits: Object.fromEntries(splits) as Task['splits'] };
}
