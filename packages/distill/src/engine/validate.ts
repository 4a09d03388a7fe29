/** Evaluation of a run's models on `validation`, while they train. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Backbone, Method, ModelPath, TensorRecord, TrainState } from '@mdpd/core';
import { generationOf, generationWith } from '@mdpd/tensor/generate';
import { evaluate } from './evaluate.ts';
import { prepareOutputs, type AnsweringModel, type Outputs } from './outputs.ts';
import type { StepPlan } from './plan-steps.ts';
import type { TrainingJob } from './train.ts';

export type Evaluator = AnsweringModel<TrainState> & { readonly prepared: Outputs<TrainState> };

export function prepareEvaluators(
  { executor, backbone, task }: TrainingJob,
  method: Method,
): Map<ModelPath, Evaluator> {
  return new Map(
    method.paths.map((path) => {
      const model = modelOfPath(backbone, method, path);
      return [path, { ...model, prepared: prepareOutputs(executor, `validate ${path}`, model, task) }];
    }),
  );
}

/** A path of a method as a model of the whole state. */
function modelOfPath(
  { generation }: Pick<Backbone, 'generation'>,
  method: Method,
  path: ModelPath,
): AnsweringModel<TrainState> {
  const forward = (state: TrainState, input: Readonly<TensorRecord>): Tensor =>
    method.forward(path, state, input);
  if (!generation) return { forward };
  const answering =
    path === 'faded'
      ? generationWith(generation, (state: TrainState) => method.ship(state))
      : generationOf(generation, forward);
  return { forward, generation: answering };
}

/** Whether there is an evaluation on `validation` after step `step` (from 0). */
export function isEvaluationDue({ task, train }: TrainingJob, plan: StepPlan, step: number): boolean {
  const every = Math.round(train.evaluateEvery * plan.stepsPerEpoch);
  return task.splits.validation !== undefined && every >= 1 && (step + 1) % every === 0;
}

/** Evaluates every path where an evaluation is due after step `step` (from 0), and reports it. */
export async function evaluateWhenDue(
  job: TrainingJob,
  method: Method,
  evaluators: ReadonlyMap<ModelPath, Evaluator>,
  state: TrainState,
  plan: StepPlan,
  step: number,
): Promise<void> {
  const dataset = job.task.splits.validation;
  if (!dataset || !isEvaluationDue(job, plan, step)) return;
  for (const path of method.paths) {
    const { metrics, examples, seconds } = await evaluate({
      ...job,
      dataset,
      batchSize: job.train.evaluateBatchSize,
      params: state,
      ...evaluators.get(path)!,
    });
    const record = {
      type: 'evaluation',
      step: step + 1,
      split: 'validation',
      path,
      examples,
      metrics,
    } as const;
    job.reporters.forEach((reporter) => reporter.record?.({ ...record, time: { seconds } }));
  }
}
