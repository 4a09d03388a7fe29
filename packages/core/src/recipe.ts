/**
 * The recipe: one YAML file that says what to train on what and how. This file holds the part that every task and
 * method shares; `data` and the method's settings are checked by their own schemas.
 */
import { z } from 'zod';

const share = z.number().min(0).max(1);
const rate = z.number().min(0).max(10);

/** The recipe's `train.learningRate`. */
export const learningRateSchema = z
  .strictObject({
    head: rate.default(0.01).describe('task head of the backbone'),
    norm: rate.default(0.005).describe('norm scales and shifts'),
    bias: rate.default(0.005).describe('biases of linears'),
    lora: rate.default(0.003).describe('low-rank updates'),
    weight: rate.default(0.0005).describe('all weights (method `full`)'),
    side: rate.default(0.005).describe('side network, couplers and generators'),
  })
  .describe('peak learning rates by what they train');

/** The recipe's `train.checkpoint`: when what `--resume` goes on from is written. */
export const checkpointSchema = z
  .strictObject({
    steps: z.int().min(0).default(0).describe('steps between checkpoints; 0: by time alone'),
    minutes: z.number().min(0).default(10).describe('minutes between checkpoints; 0: by steps alone'),
    keep: z.int().min(1).max(1000).default(2).describe('checkpoints that are kept, the newest'),
  })
  .describe('what `--resume` goes on from; a run that is stopped, and one that ends, keeps one besides');

/** The recipe's `train`: how long, how fast, from which seed. */
export const trainSchema = z
  .strictObject({
    epochs: z.number().positive().optional().describe('passes over the training split; or give `steps`'),
    steps: z.int().positive().optional().describe('optimizer steps; or give `epochs`'),
    batchSize: z.int().min(1).max(65536).default(50).describe('examples a step'),
    learningRate: learningRateSchema.prefault({}),
    weightDecay: z.number().min(0).max(1).default(0.05).describe('decoupled, on matrices only'),
    beta1: share.default(0.9).describe('AdamW'),
    beta2: share.default(0.999).describe('AdamW'),
    epsilon: z.number().positive().default(1e-8).describe('AdamW'),
    schedule: z
      .enum(['cosine', 'linear', 'constant'])
      .default('cosine')
      .describe('of the learning rate after warm-up'),
    warmup: share.default(0.1).describe('share of the steps over which learning rates rise linearly'),
    clipNorm: z.number().min(0).default(0).describe('largest global gradient norm; 0: no clipping'),
    spikeGuard: z
      .union([z.literal('off'), z.number().gt(1).max(1000)])
      .default('off')
      .describe('leave out steps whose loss is above this many times the median of late; off: none'),
    labelSmoothing: z
      .number()
      .min(0)
      .max(0.9)
      .default(0)
      .describe('share of the label spread over all classes'),
    evaluateEvery: z
      .number()
      .min(0)
      .default(0)
      .describe('epochs between evaluations on `validation`; 0: only at the end'),
    evaluateBatchSize: z.int().min(1).max(65536).default(200).describe('examples a batch in evaluation'),
    logEvery: z.int().min(1).default(1).describe('steps between lines of metrics.jsonl'),
    checkpoint: checkpointSchema.prefault({}),
    seed: z.int().min(0).max(4294967295).default(0).describe('of everything random'),
  })
  .refine((train) => (train.epochs === undefined) !== (train.steps === undefined), {
    message: 'give either epochs or steps',
    path: ['epochs'],
  });

/** The recipe's `train`, checked, with every default filled in. */
export type TrainSettings = z.infer<typeof trainSchema>;

/** `zoo:tiny-vit`, `hub:org/name`, a folder, or fresh parameters of an architecture. */
export const backboneSchema = z.union([
  z.string().min(1),
  z.strictObject({
    family: z.string().describe('backbone provider, for example vit'),
    config: z.record(z.string(), z.json()).describe('keys of Hugging Face config.json'),
    files: z
      .record(z.string(), z.record(z.string(), z.json()))
      .default({})
      .describe('further JSON files by name'),
  }),
]);

/** The recipe's `backbone`, checked. */
export type BackboneReference = z.infer<typeof backboneSchema>;

/** The shared part; `data` and `method` are refined by the schemas of the task and the method it names. */
export const runtimeSchema = z
  .strictObject({
    threads: z
      .union([z.literal('auto'), z.int().min(1).max(1024)])
      .default('auto')
      .describe('threads of the computation; auto: as many as there are processors'),
    provider: z
      .string()
      .default('cpu')
      .describe(
        'what ONNX Runtime computes on: cpu, or cuda, dml, coreml, webgpu where the installed one has it',
      ),
  })
  .describe('how the executor onnxruntime runs');

/** The part of a recipe that every task and method shares. Strict: an unknown key is an error. */
export const recipeSchema = z.strictObject({
  task: z.string().describe('task plugin: `mdpd list` shows them'),
  data: z.record(z.string(), z.unknown()).default({}).describe('data of the task'),
  backbone: backboneSchema.describe(
    'zoo:NAME, hub:ORGANIZATION/NAME, a folder with config.json and model.safetensors, or fresh parameters',
  ),
  method: z
    .union([z.string().transform((name) => ({ name })), z.looseObject({ name: z.string() })])
    .describe('name of the method, or its name and settings'),
  train: trainSchema,
  executor: z.string().default('auto').describe('auto, onnxruntime, tensorflow, wasm or cpu'),
  runtime: runtimeSchema.prefault({}),
  plugins: z.array(z.string()).optional().describe('packages to load; default: every installed one'),
  smoke: z.boolean().default(false).describe('a few examples and steps, to see that everything runs'),
});

/**
 * A recipe, checked, with every default of the shared part filled in; `data` and the method's settings as they were
 * written.
 */
export type Recipe = Omit<z.infer<typeof recipeSchema>, 'method'> & {
  method: { name: string } & Record<string, unknown>;
};
