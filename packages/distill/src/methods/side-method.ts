/** Method `side`: the side network alone over a frozen backbone, kept at inference (LST). A control of MDPD. */
import { z } from 'zod';
import type { MethodProvider } from '@mdpd/core';
import { initialMoments } from '@mdpd/tensor/adamw';
import { featureSchema } from '../feature/feature-settings.ts';
import { limitsBesideSide } from '../block-parts.ts';
import { disposeStates, plainParams, runStates } from '../forward.ts';
import { sideSchema } from '../side/side-settings.ts';
import { batchOf } from './step-batch.ts';
import { createSideTeacher } from './side-step.ts';
import { optimizerScalars, updateGroup } from './update.ts';

const settingsSchema = z.strictObject({
  side: sideSchema.prefault({}),
  feature: featureSchema.prefault({ mode: 'none' }),
});

export type SideMethodSettings = z.infer<typeof settingsSchema>;

export const sideMethod: MethodProvider<SideMethodSettings> = {
  name: 'side',
  description: 'side network over a frozen backbone, kept at inference (LST)',
  settings: settingsSchema,
  needsBoundary: ({ feature }) =>
    feature.mode === 'hierarchical' && feature.weight > 0 && feature.boundary === 'measured',
  create: (context) => {
    const { backbone, optimization, steps } = context;
    const teacher = createSideTeacher(context, context.settings);
    return {
      name: 'side',
      paths: ['side'],
      trainedParameters: [],
      views: 1,
      unlabelled: 0,
      initialize: (parameters, random) => {
        const side = teacher.initialize(random.fork('side'));
        return { frozen: parameters, trained: {}, side, optimizer: initialMoments(side) };
      },
      phase: () => 'train',
      phases: {
        train: (state, input) => {
          const states = runStates(backbone, plainParams(state.frozen), input.input, limitsBesideSide);
          const { loss, grads, logits, taskLoss, featureLoss, layers } = teacher.gradients(
            state.side,
            states,
            input,
            input.input,
            batchOf(input.input),
            state.frozen,
          );
          disposeStates(states, input.input);
          const { params, moments } = updateGroup(
            optimization,
            teacher.group,
            state.side,
            grads,
            state.optimizer,
            input.scalars,
          );
          return {
            state: { side: params, optimizer: moments },
            loss,
            output: logits,
            parts: { taskLoss, featureLoss },
            layers,
          };
        },
      },
      scalars: (step) => optimizerScalars(optimization, step, steps),
      noise: (step, batchSize, tokens) => teacher.noise(step, batchSize, tokens),
      forward: (_path, { frozen, side }, input) =>
        teacher.logits(side, runStates(backbone, plainParams(frozen), input), input, frozen),
      ship: (state) => state.frozen,
      layers: (seen) => teacher.layers(seen),
    };
  },
};
