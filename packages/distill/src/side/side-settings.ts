/** Settings of the side network: the recipe's `method.side`. */
import { z } from 'zod';

export const sideSchema = z
  .strictObject({
    reductionFactor: z.number().min(1).max(64).default(2).describe('backbone width / side width'),
    heads: z.int().min(1).max(64).default(2).describe('attention heads of a side block'),
    mlpRatio: z.number().min(0.5).max(8).default(2).describe('hidden units of the side MLP / side width'),
    layers: z
      .union([z.literal('all'), z.array(z.int().min(1)).min(1)])
      .default('all')
      .describe('backbone blocks (from 1) whose output is tapped; each has one side block'),
    gateTemperature: z.number().positive().default(0.1).describe('of the gate sigmoid(a/T), as in LST'),
    input: z
      .enum(['taps', 'taps+raw'])
      .default('taps+raw')
      .describe('what the ladder starts from: the embedding tap alone, or also raw input windows of its own'),
    context: z
      .int()
      .min(0)
      .max(64)
      .default(4)
      .describe("pixels of context around a token's own input (taps+raw)"),
    pool: z
      .enum(['stream', 'mean'])
      .default('mean')
      .describe("token that the side head reads: the backbone's, or all"),
  })
  .describe('side network');

export type SideSettings = z.infer<typeof sideSchema>;
