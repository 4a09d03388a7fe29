/** Settings of the side network: the recipe's `method.side`. */
import { z } from 'zod';
import type { TaskHead } from '@mdpd/core';

export const sideSchema = z
  .strictObject({
    reductionFactor: z.number().min(1).max(64).default(2).describe('backbone width / side width'),
    heads: z.int().min(1).max(64).default(2).describe('attention heads of a side block'),
    mlpRatio: z.number().min(0.5).max(8).default(2).describe('hidden units of the side MLP / side width'),
    layers: z
      .union([z.literal('all'), z.array(z.int().min(1)).min(1)])
      .default('all')
      .describe('backbone blocks (from 1) that have a side block beside them'),
    gate: z
      .enum(['add', 'mix'])
      .default('add')
      .describe(
        'how a tap enters: s + g·tap, or g·s + (1 − g)·tap as in LST; g = sigmoid(a/gateTemperature)',
      ),
    gateTemperature: z.number().positive().default(1).describe('of the gate; LST has 0.1'),
    input: z
      .enum(['taps', 'taps+raw', 'taps+conv'])
      .default('taps+conv')
      .describe(
        'what the side network sees: taps alone, also raw windows of each token, or also convolutions',
      ),
    context: z
      .int()
      .min(0)
      .max(64)
      .default(4)
      .describe("pixels of context around a token's own input (taps+raw)"),
    pool: z
      .enum(['auto', 'stream', 'mean', 'both', 'attention', 'head'])
      .default('auto')
      .describe(
        "what the side head reads: the token that the backbone's head reads, the mean of all, both, or both and four " +
          'learned looks at all tokens; head: all tokens, through a head like that of the backbone, which tells where ' +
          'something is; auto: head for boxes, else both',
      ),
    recompute: z
      .union([z.literal('auto'), z.boolean()])
      .default('auto')
      .describe(
        'runs every side block again in the backward pass instead of keeping its activations; auto: from 64 MB on',
      ),
  })
  .describe('side network');

export type SideSettings = z.infer<typeof sideSchema>;

/** Whether the side network has a head like that of the backbone. `auto`: where the answer is a place, which means do not tell. */
export function hasOwnHead({ pool }: SideSettings, { place = false }: TaskHead): boolean {
  return pool === 'head' || (pool === 'auto' && place);
}
