/** Settings that several methods share. */
import { z } from 'zod';

export const loraSchema = z
  .strictObject({
    rank: z.int().min(1).max(1024).default(8).describe('rank r of the update'),
    alpha: z.number().positive().default(16).describe('the update is alpha/r · B·A'),
    targets: z.string().min(1).default('.').describe("regular expression on names of the blocks' matrices"),
  })
  .prefault({})
  .describe('low-rank updates');

export const recomputeSchema = z
  .boolean()
  .default(false)
  .describe('gradients block by block with recompute: the memory of one block, about one more forward pass');
