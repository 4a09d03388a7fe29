/** Settings of method `mdpd`. Defaults and their reasons: docs/method.md. */
import { z } from 'zod';
import { featureSchema } from '../feature/feature-settings.ts';
import { sideSchema } from '../side/side-settings.ts';
import { loraSchema } from './settings.ts';

export const logitSchema = z
  .strictObject({
    alpha: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('weight of distillation against the label loss; 0: none'),
    temperature: z.number().positive().max(100).default(2).describe('T of T²·KL(side ‖ backbone)'),
    gate: z
      .enum(['auto', 'label', 'none'])
      .default('auto')
      .describe(
        'label: distil only examples whose label the side network fits better than the backbone does; ' +
          'auto: label for boxes, else none',
      ),
    teacher: z
      .enum(['side', 'average'])
      .default('average')
      .describe("what the backbone learns from: the side network's answers, or the mean of both models'"),
  })
  .describe('logits from side to backbone');

export const unlabelledSchema = z
  .strictObject({
    batchSize: z
      .int()
      .min(0)
      .max(65536)
      .default(50)
      .describe('unlabelled examples a step, where `data.unlabelled` names some; 0: none'),
    weight: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .describe('of their distillation against a labelled example'),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe("smallest probability of the side network's answer for an example to count"),
  })
  .describe('examples without labels, through the teacher');

export const fadeSchema = z
  .strictObject({
    train: z
      .enum(['head', 'norm+head', 'norm+lora+head'])
      .default('norm+lora+head')
      .describe('what the side network teaches; low-rank updates are merged at the end'),
    blocks: z
      .union([z.literal('all'), z.int().min(1)])
      .default('all')
      .describe('teach only the last k blocks, or all'),
    every: z.int().min(1).default(1).describe('side steps for each fade step, after the warm-up'),
    recompute: z
      .boolean()
      .default(true)
      .describe(
        'gradients block by block, with recompute from the taps; false: plain, needs the memory of `lora`',
      ),
    lora: loraSchema,
  })
  .describe('what is taught into the backbone');

export const mdpdSchema = z.strictObject({
  side: sideSchema.prefault({}),
  feature: featureSchema.prefault({}),
  logit: logitSchema.prefault({}),
  unlabelled: unlabelledSchema.prefault({}),
  fade: fadeSchema.prefault({}),
  warmup: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe(
      'share of the steps before distillation starts: the side network must know the task to teach it',
    ),
  duringWarmup: z
    .enum(['side', 'side+label'])
    .default('side+label')
    .describe('what learns during the warm-up: the side network alone, or also the backbone, from labels'),
});

export type MdpdSettings = z.infer<typeof mdpdSchema>;
