/** result.json: what a finished run says about itself, for people and programs. */
import { z } from 'zod';

/** What a model is asked about. */
export const inputKinds = ['image', 'text', 'imageText'] as const;
/** One of `inputKinds`. */
export type InputKind = (typeof inputKinds)[number];

const metricValues = z.record(z.string(), z.number());
const count = z.int().min(0);

/** Fields that other programs may rely on. `null` stands where a method has no such thing. */
export const resultSchema = z.looseObject({
  /** File name of the recipe without its ending. */
  recipe: z.string(),
  task: z.string(),
  backbone: z.string(),
  method: z.string(),
  seed: count,
  /** Name of the executor that ran it. */
  executor: z.string(),
  steps: count,
  /** Made with --smoke: the numbers mean nothing. */
  smoke: z.boolean(),
  /** What it is asked about; images where it does not say. */
  input: z.enum(inputKinds).optional(),
  metrics: z.object({
    /** Name of the task's main metric. */
    primary: z.string(),
    /** Of model/, evaluated after reloading it from disk. */
    faded: metricValues.nullable(),
    /** Of backbone + side network. */
    side: metricValues.nullable(),
    /** Of an answer that does not look at the example. */
    baseline: z.object({ name: z.string(), metrics: metricValues }).optional(),
  }),
  /** Examples of the test split that the metrics are from. */
  testExamples: count,
  /** primary(side) − primary(faded). */
  fadeGap: z.number().nullable(),
  /** Share of equal predictions of the two; null for scores. */
  agreement: z.number().nullable(),
  parameters: z.object({
    /** The backbone's own, without head. */
    backbone: count,
    /** Backbone and head parameters that training changed. */
    trainedInBackbone: count,
    /** Side network, couplers and generators. */
    side: count,
    /** What runs at inference. */
    inference: count,
  }),
  memory: z.object({
    /** Largest resident set of the process up to the end of training. */
    peakRssBytes: count,
    plannedBytes: count.nullable(),
  }),
  time: z.object({ totalSeconds: z.number(), secondsPerStep: z.number(), samplesPerSecond: z.number() }),
  /** Median milliseconds of a batch, same run, same executor. */
  inference: z.object({ fadedMs: z.number().nullable(), sideMs: z.number().nullable(), batch: count }),
  environment: z.looseObject({
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    threads: count,
    versions: z.record(z.string(), z.string()),
    gitCommit: z.string().nullable(),
    gitDirty: z.boolean().nullable(),
  }),
  /** Working directory of the run, relative to the run folder: against it paths in recipe.yaml are resolved. */
  directory: z.string(),
  /** Sizes and SHA-256 of recipe.yaml, metrics.jsonl and every file of model/ or side/, by path from the run's folder. */
  files: z.record(z.string(), z.object({ bytes: count, sha256: z.string() })).optional(),
});

/** What result.json holds. */
export type Result = z.infer<typeof resultSchema>;

/** The number that a run is judged by: the faded model's, else the side network's. */
export function primaryMetric({ metrics }: Pick<Result, 'metrics'>): number | undefined {
  return (metrics.faded ?? metrics.side)?.[metrics.primary];
}
