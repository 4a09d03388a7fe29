/** checkpoint.json: what a checkpoint says of itself, with a checksum of its own text. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const file = z.strictObject({ bytes: count, sha256: digest });

export const noteSchema = z.strictObject({
  format: z.literal(1),
  /** Steps that are done, and of how many. */
  step: count,
  steps: count,
  boundary: z.record(z.string(), z.number()).nullable(),
  /** The beginning of metrics.jsonl that belongs to it. */
  metrics: file,
  state: file,
  /** Of what the run reads besides its recipe: see `inputDigests`. */
  inputs: z.record(z.string(), z.string()),
  /** Versions of what computes: with others, results may differ in the last digits. */
  versions: z.record(z.string(), z.string()),
  timing: z.strictObject({
    seconds: z.number(),
    timedSeconds: z.number(),
    timedSteps: count,
    stepSeconds: z.number(),
    peakRssBytes: count,
  }),
  /** Of the run so far, loading included. */
  totalSeconds: z.number(),
  /** Losses of late by phase, where the recipe guards against spikes. */
  losses: z.record(z.string(), z.array(z.number()).readonly()).optional(),
});

export type CheckpointNote = z.infer<typeof noteSchema>;

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text of checkpoint.json: the note, with its keys as the schema lists them, and below it the checksum of its text. */
export function noteText(given: CheckpointNote): string {
  const note = noteSchema.parse(given);
  const text = JSON.stringify(note, undefined, 2);
  return `${JSON.stringify({ note, sha256: sha256(text) }, undefined, 2)}\n`;
}

/** Undefined where the text is not one that `noteText` made, to the byte. */
export function parseNote(text: string): CheckpointNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const note = noteSchema.safeParse((value as { note?: unknown } | null)?.note);
  // Written again it must be the same text: a byte that changed without a meaning was changed all the same.
  return note.success && noteText(note.data) === text ? note.data : undefined;
}
