/** The recipe's `method` without its name. */
import { z } from 'zod';

export const settingsSchema = z.strictObject({
  reductionFactor: z
    .number()
    .min(1)
    .max(64)
    .default(2)
    .describe('the side network is so many times narrower than the backbone'),
});

export type UniptSettings = z.infer<typeof settingsSchema>;
