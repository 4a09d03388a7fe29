/** A saved model on an executor, ready to predict for files and texts. */
import {
  resolveRecipe,
  type Batch,
  type Executor,
  type Params,
  type Prediction,
  type Registry,
  type RuntimeOptions,
  type Task,
  type TensorRecord,
} from '@mdpd/core';
import { besideOutput } from '@mdpd/distill/engine/judged';
import { prepareOutputs, type Outputs } from '@mdpd/distill/engine/outputs';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { describeProblems, loadPlugins } from './plugins.ts';
import { openRunnable } from './runnable.ts';
import { findTarget, pluginsFor, recipeOf, type Target } from './target.ts';

/** Inputs that run at once: bounds memory when thousands are named. */
const chunkSize = 32;

export interface PredictorOptions {
  readonly executor: string;
  readonly runtime?: RuntimeOptions;
  /** Against it the model's name is resolved. */
  readonly directory: string;
  warn(message: string): void;
}

export class Predictor {
  readonly task: Task;
  private readonly executor: Executor;
  private readonly params: TensorRecord;
  private readonly outputs: Outputs<Params>;

  private constructor(task: Task, executor: Executor, params: TensorRecord, outputs: Outputs<Params>) {
    this.task = task;
    this.executor = executor;
    this.params = params;
    this.outputs = outputs;
  }

  /** Opens a run, a model folder or a model of a plugin. Throws what finding and opening it throws. */
  static async open(name: string, options: PredictorOptions): Promise<Predictor> {
    const { directory, warn } = options;
    const { registry, problems } = await loadPlugins(pluginsFor(name, directory));
    describeProblems(problems).forEach(warn);
    return Predictor.openTarget(findTarget(name, registry, directory), registry, options);
  }

  /** Opens what was found already. Throws what opening it throws. */
  static async openTarget(
    target: Target,
    registry: Registry,
    { executor: wanted, runtime, directory, warn }: PredictorOptions,
  ): Promise<Predictor> {
    // Only a side network needs its recipe: for the backbone below it.
    const recipe = target.kind === 'side' ? resolveRecipe(recipeOf(target.run!), registry) : undefined;
    const tell = (message: string): void => warn(`warning: ${message}`);
    const { executor } = await startExecutor(wanted, registry.executors.values, tell, runtime);
    try {
      const open = { registry, recipe, withData: false, directory, splits: [], warn: tell };
      const model = await openRunnable(target, open);
      const params = uploadRecord(executor, model.parameters);
      return new Predictor(
        model.task,
        executor,
        params,
        prepareOutputs(executor, 'predict', model, model.task),
      );
    } catch (thrown) {
      await executor.stop();
      throw thrown;
    }
  }

  /** One prediction an input, in order. Throws the error of the task that names the bad input. */
  async predict(inputs: readonly string[]): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    for (let start = 0; start < inputs.length; start += chunkSize) {
      const batch = await this.encode(inputs.slice(start, start + chunkSize));
      predictions.push(...this.decode(await this.outputs.of(this.params, batch), batch));
    }
    return predictions;
  }

  /** What the model reads of the inputs. Throws the error of the task that names the bad input. */
  encode(inputs: readonly string[]): Promise<Batch> {
    return this.task.encode(inputs);
  }

  /** What outputs of a batch say, row-major, wherever they were computed; one prediction an example. */
  decode(output: Float32Array, batch: Batch): Prediction[] {
    const width = output.length / batch.size;
    return Array.from({ length: batch.size }, (_, row) => {
      const own = output.subarray(row * width, (row + 1) * width);
      return this.outputs.reader.decode(own, besideOutput(batch, row));
    });
  }

  async dispose(): Promise<void> {
    disposeRecord(this.params);
    await this.outputs.release();
    await this.executor.stop();
  }
}

/** Only the best `count` alternatives. */
export function withTop(prediction: Prediction, count: number): Prediction {
  return prediction.top ? { ...prediction, top: prediction.top.slice(0, count) } : prediction;
}
