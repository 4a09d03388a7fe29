/** Settings of feature distillation: the recipe's `method.feature`. */
import { z } from 'zod';

export const featureSchema = z
  .strictObject({
    mode: z
      .enum(['hierarchical', 'imitate', 'generate', 'none'])
      .default('hierarchical')
      .describe(
        'hierarchical: shallow layers imitate, deep ones generate; or all one way; or no feature loss',
      ),
    weight: z.number().min(0).max(100).default(0.1).describe('of the feature loss in the side step'),
    rank: z.int().min(1).max(4096).default(16).describe('code width d of M_down and M_up'),
    boundary: z
      .union([z.enum(['measured', 'half']), z.int().min(0)])
      .default('measured')
      .describe('last shallow layer: measured from attention diagonality, half of the blocks, or a number'),
    maskRatio: z.number().min(0).max(1).default(0.5).describe('share of tokens hidden from the generator'),
  })
  .describe('features from backbone to side');

export type FeatureSettings = z.infer<typeof featureSchema>;
