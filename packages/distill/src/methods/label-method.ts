/**
 * Methods that train parts of backbone and head on labels alone: `head`, `norm`, `bias`, `lora`, `full`. They are the
 * controls of MDPD, and each is the label-only twin of a fade option.
 *
 * Letters: B batch, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Method, MethodContext, MethodProvider, State, StepFunction, TensorRecord } from '@mdpd/core';
import { initialMoments } from '@mdpd/tensor/adamw';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { blockwiseGradients } from '../fade/blockwise.ts';
import { runModel, runModelAt, runStates } from '../forward.ts';
import { normDrift } from './norm-drift.ts';
import { loraSchema, recomputeSchema } from './settings.ts';
import { createTrainee, type Trainee, type TrainedParts, type TraineeSettings } from './trainee.ts';
import { optimizerScalars, updateGroup } from './update.ts';

const baseSchema = z.strictObject({
  recompute: recomputeSchema,
  blocks: z
    .union([z.literal('all'), z.int().min(1)])
    .default('all')
    .describe('train only the last k blocks, or all'),
});
const loraMethodSchema = baseSchema.extend({
  lora: loraSchema,
  norms: z.boolean().default(true).describe('train norms too, as the fade option norm+lora+head does'),
});

type LabelSettings = z.infer<typeof baseSchema> & Partial<z.infer<typeof loraMethodSchema>>;

function provider(
  name: string,
  description: string,
  settings: z.ZodType<LabelSettings>,
  partsOf: (settings: LabelSettings) => TrainedParts,
): MethodProvider<LabelSettings> {
  return {
    name,
    description,
    settings,
    create: (context) => {
      const { lora, blocks } = context.settings;
      return createLabelMethod(name, context, { parts: partsOf(context.settings), lora, blocks });
    },
  };
}

export const labelMethods: readonly MethodProvider<LabelSettings>[] = [
  provider('head', 'the task head alone (linear probe)', baseSchema, () => 'head'),
  provider(
    'norm',
    'norm scales and shifts, and the head; twin of fade.train norm+head',
    baseSchema,
    () => 'norm+head',
  ),
  provider('bias', 'every shift of backbone and norms, and the head (BitFit)', baseSchema, () => 'bias+head'),
  provider(
    'lora',
    'low-rank updates merged at the end; twin of fade.train norm+lora+head',
    loraMethodSchema,
    (s) => (s.norms ? 'norm+lora+head' : 'lora+head'),
  ),
  provider('full', 'every parameter', baseSchema, () => 'full'),
];

function createLabelMethod(
  name: string,
  context: MethodContext<LabelSettings>,
  traineeSettings: TraineeSettings,
): Method {
  const { backbone, head, optimization, steps } = context;
  const trainee = createTrainee(context, traineeSettings);
  return {
    name,
    paths: ['faded'],
    trainedParameters: trainee.changed,
    views: 1,
    unlabelled: 0,
    initialize: (parameters, random) => {
      const { frozen, trained } = trainee.split(parameters, random);
      return { frozen, trained, side: {}, optimizer: initialMoments(trained) };
    },
    phase: () => 'train',
    phases: { train: labelStep(context, trainee) },
    scalars: (step) => optimizerScalars(optimization, step, steps),
    noise: () => ({}),
    forward: (_path, state, input) =>
      runModel(backbone, head, trainee.ship(state.frozen, state.trained), input),
    ship: (state) => trainee.ship(state.frozen, state.trained),
    layers: async (seen) => ({ layers: { normDrift: await normDrift(backbone, seen) } }),
  };
}

/** Loss on labels, its gradients (plain, or block by block), one update. */
function labelStep(context: MethodContext<LabelSettings>, trainee: Trainee): StepFunction {
  const { backbone, head, task, optimization, settings } = context;
  return (state, { input, target, scalars }) => {
    const lossOf = (logits: tf.Tensor): { loss: tf.Scalar; aux: TensorRecord } => ({
      loss: tf.mean(task.loss(logits, target, optimization.labelSmoothing)) as tf.Scalar,
      aux: { logits },
    });
    const gradients = settings.recompute ? blockwise : plain;
    const { loss, aux, grads } = gradients();
    const { params, moments } = updateGroup(
      optimization,
      trainee,
      state.trained,
      grads,
      state.optimizer,
      scalars,
    );
    tf.dispose(grads);
    return {
      state: { trained: params, optimizer: moments },
      loss,
      output: aux['logits']!,
      parts: { taskLoss: tf.clone(loss) },
    };

    function plain(): { loss: tf.Scalar; aux: TensorRecord; grads: TensorRecord } {
      return valueAndGrads(
        (trained) => lossOf(runModelAt(backbone, head, trainee.paramsFrom(state.frozen, trained), input)),
        state.trained as TensorRecord,
      );
    }

    function blockwise(): { loss: tf.Scalar; aux: TensorRecord; grads: TensorRecord } {
      const states: State[] = runStates(backbone, trainee.paramsFrom(state.frozen, state.trained), input);
      return blockwiseGradients({
        backbone,
        head,
        input,
        states,
        trained: state.trained,
        stageOf: trainee.stageOf,
        paramsFrom: (trained) => trainee.paramsFrom(state.frozen, trained),
        loss: lossOf,
      });
    }
  };
}
