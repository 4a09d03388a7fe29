/**
 * Method `mdpd`: Masked Dual Path Distillation. Side network and backbone teach each other; then the side network
 * is dropped.
 *
 * Letters: B batch, C outputs, L blocks. Paper: arXiv 2604.09088; what is its and what is ours: docs/method.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {
  MethodContext,
  MethodProvider,
  State,
  StepFunction,
  StepResult,
  TensorRecord,
  TrainState,
} from '@mdpd/core';
import { initialMoments } from '@mdpd/tensor/adamw';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { limitsBesideSide } from '../block-parts.ts';
import { blockwiseGradients } from '../fade/blockwise.ts';
import { labelLoss, logitLoss, type FadeLoss } from '../fade/logit-loss.ts';
import { disposeStates, runModel, runModelAt, runStates } from '../forward.ts';
import { mdpdSchema, type MdpdSettings } from './mdpd-settings.ts';
import { normDrift } from './norm-drift.ts';
import { createSideTeacher, type SideTeacher } from './side-step.ts';
import { firstRows, stepBatch } from './step-batch.ts';
import { createTrainee, type Trainee } from './trainee.ts';
import { optimizerScalars, updateGroup } from './update.ts';

type Context = MethodContext<MdpdSettings>;

/** `side`: side step alone; `label`: side step and a fade step on labels; `joint`: side step and distillation. */
type Phase = 'side' | 'label' | 'joint';

export const mdpdMethod: MethodProvider<MdpdSettings> = {
  name: 'mdpd',
  description: 'masked dual path distillation: a side network teaches the backbone, then fades away',
  settings: mdpdSchema,
  needsBoundary: ({ feature }) =>
    feature.mode === 'hierarchical' && feature.weight > 0 && feature.boundary === 'measured',
  create: (context) => {
    const { backbone, head, optimization, steps, settings } = context;
    const teacher = createSideTeacher(context, settings);
    const { train: parts, lora, blocks } = settings.fade;
    const trainee = createTrainee(context, {
      parts,
      lora: parts.includes('lora') ? lora : undefined,
      blocks,
    });
    const fadeSteps = numberFadeSteps(settings, steps);
    // What a head over tokens answers has a label for every token, or means nothing.
    const withUnlabelled = context.hasUnlabelled && head.stream === undefined;
    const unlabelled = withUnlabelled ? settings.unlabelled.batchSize : 0;
    return {
      name: 'mdpd',
      paths: ['faded', 'side'],
      trainedParameters: trainee.changed,
      views: 1,
      unlabelled,
      initialize: (parameters, random) => {
        const { frozen, trained } = trainee.split(parameters, random);
        const side = teacher.initialize(random.fork('side'));
        return { frozen, trained, side, optimizer: { ...initialMoments(trained), ...initialMoments(side) } };
      },
      phase: (step) => phaseOf(settings, step, steps),
      phases: {
        side: mdpdStep('side', context, teacher, trainee),
        label: mdpdStep('label', context, teacher, trainee),
        joint: mdpdStep('joint', context, teacher, trainee),
      },
      scalars: (step) => ({
        ...optimizerScalars(optimization, step, steps),
        fadeStep: fadeSteps[step]!,
      }),
      noise: (step, batchSize, tokens) => teacher.noise(step, batchSize + unlabelled, tokens),
      forward: (path, state, input) => {
        if (path === 'faded')
          return runModel(backbone, head, trainee.ship(state.frozen, state.trained), input);
        const at = trainee.paramsFrom(state.frozen, state.trained);
        return teacher.logits(state.side, runStates(backbone, at, input), input, at('head'));
      },
      ship: (state) => trainee.ship(state.frozen, state.trained),
      layers: async (seen) => {
        const { layers, ...rest } = await teacher.layers(seen);
        return { layers: { ...layers, normDrift: await normDrift(backbone, seen) }, ...rest };
      },
    };
  },
};

export function phaseOf(settings: MdpdSettings, step: number, steps: number): Phase {
  const warmupSteps = Math.round(settings.warmup * steps);
  const fades = (step + 1) % settings.fade.every === 0;
  if (!fades) return 'side';
  if (step >= warmupSteps) return 'joint';
  return settings.duringWarmup === 'side' ? 'side' : 'label';
}

/** For every step which fade step it is or would be, from 1: AdamW's bias correction counts a tensor's own updates. */
function numberFadeSteps(settings: MdpdSettings, steps: number): number[] {
  let done = 0;
  return Array.from({ length: steps }, (_, step) =>
    phaseOf(settings, step, steps) === 'side' ? done + 1 : ++done,
  );
}

function mdpdStep(phase: Phase, context: Context, teacher: SideTeacher, trainee: Trainee): StepFunction {
  const { backbone, head, optimization } = context;
  return (state, input) => {
    const at = trainee.paramsFrom(state.frozen, state.trained);
    const { all, rows } = stepBatch(input);
    const states = runStates(backbone, at, all, limitsBesideSide);
    const side = teacher.gradients(state.side, states, input, all, rows, at('head'));
    const sideUpdate = updateGroup(
      optimization,
      teacher.group,
      state.side,
      side.grads,
      state.optimizer,
      input.scalars,
    );
    tf.dispose(side.grads);
    const parts: StepResult['parts'] = { sideLoss: side.taskLoss, featureLoss: side.featureLoss };
    if (phase === 'side') {
      disposeStates(states, input.input);
      return {
        state: { side: sideUpdate.params, optimizer: sideUpdate.moments },
        loss: side.loss,
        output: firstRows(side.logits, rows),
        parts,
        layers: side.layers,
      };
    }
    const lossOf =
      phase === 'label'
        ? labelLoss(context, input, rows)
        : logitLoss(context, input, rows, side.logits, context.settings);
    const fade = fadeGradients(context, trainee, state, states, all, lossOf);
    disposeStates(states, input.input);
    const { scalars } = input;
    const fadeUpdate = updateGroup(
      optimization,
      trainee,
      state.trained,
      fade.grads,
      state.optimizer,
      scalars,
      scalars['fadeStep']!,
    );
    tf.dispose([fade.grads, side.logits]);
    const { logits, ...fadeParts } = fade.aux;
    return {
      state: {
        side: sideUpdate.params,
        trained: fadeUpdate.params,
        optimizer: { ...sideUpdate.moments, ...fadeUpdate.moments },
      },
      loss: tf.add(side.loss, fade.loss) as tf.Scalar,
      output: logits!,
      parts: { ...parts, ...(fadeParts as StepResult['parts']) },
      layers: side.layers,
    };
  };

  function fadeGradients(
    { settings }: Context,
    { stageOf, paramsFrom }: Trainee,
    { frozen, trained }: TrainState,
    states: readonly State[],
    input: Readonly<TensorRecord>,
    loss: FadeLoss,
  ): { loss: tf.Scalar; aux: TensorRecord; grads: TensorRecord } {
    if (!settings.fade.recompute) {
      return valueAndGrads(
        (given) => loss(runModelAt(backbone, head, paramsFrom(frozen, given), input)),
        trained as TensorRecord,
      );
    }
    return blockwiseGradients({
      backbone,
      head,
      trained,
      states,
      input,
      loss,
      stageOf,
      paramsFrom: (given) => paramsFrom(frozen, given),
      limits: limitsBesideSide,
    });
  }
}
