/**
 * The method contract: what is trainable, and the step functions.
 *
 * Letters: B batch, C outputs.
 */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { Backbone, Head, ParameterSpec } from './backbone.ts';
import type { RandomSource } from './random.ts';
import type { LayersRecord } from './reporter.ts';
import type { Task } from './task.ts';
import type { HostRecord, HostTensor, Params, TensorRecord } from './tensors.ts';

/**
 * All tensors of a run. What is thrown away later lives in `side`, apart from what ships, so that it can never
 * end up in the saved model.
 */
export interface TrainState {
  /** Backbone and head parameters that no step changes. */
  readonly frozen: Params;
  /** Backbone and head parameters that steps change; low-rank updates before their merge. */
  readonly trained: Params;
  /** The side network, couplers, generators: everything that fades. */
  readonly side: Params;
  /** Optimizer moments and other running values. */
  readonly optimizer: Params;
}

/** What a step function is given besides the state: everything that changes from step to step. */
export interface StepInput {
  /** Backbone inputs, [B, …]. */
  readonly input: Readonly<TensorRecord>;
  readonly target: Readonly<TensorRecord>;
  /** Further batches of the step by name: `unlabelled`, `view1`, … */
  readonly extra: Readonly<Record<string, Readonly<TensorRecord>>>;
  /** Random tensors of the step, drawn on the host (token masks). */
  readonly noise: Readonly<TensorRecord>;
  /** Numbers that change from step to step (learning rates, weights), as scalars, so that graphs stay the same. */
  readonly scalars: Readonly<Record<string, Scalar>>;
}

/** What a step function gives: new values, the loss, and what is reported. */
export interface StepResult {
  /** New values of the tensors that changed, by part of the state. */
  readonly state: { readonly [Part in keyof TrainState]?: TensorRecord };
  /** The loss that is reported; scalar. */
  readonly loss: Scalar;
  /** Logits [B, C] or [B, N, C] of the model that will ship (or of the side network in a phase without it). */
  readonly output: Tensor;
  /** Named scalars for metrics.jsonl: `taskLoss`, `featureLoss`, `distillLoss`, `gateShare`, … */
  readonly parts: Record<string, Scalar>;
  /** Named vectors, a number for every layer of a kind, for `Method.layers`. Read where a record of layers is due alone. */
  readonly layers?: Readonly<TensorRecord>;
}

/** A pure function; runs eagerly or compiled. */
export type StepFunction = (state: TrainState, input: StepInput) => StepResult;

/** Which of the two models of a run computes an output. */
export type ModelPath = 'faded' | 'side';

/** A method set up for one run: state, step functions, and what ships. docs/method.md has the formulas. */
export interface Method {
  readonly name: string;
  /** The paths that this method's result has: `faded` alone, `side` alone, or both. */
  readonly paths: readonly ModelPath[];
  /** Names of the backbone and head parameters that training changes, merged low-rank updates included. */
  readonly trainedParameters: readonly string[];
  /** Splits loaded parameters into a state and adds what the method needs. Deterministic in `random`. */
  initialize(parameters: HostRecord, random: RandomSource): TrainStateHost;
  /** Name of the step function of step `step` (from 0): `warmup`, `joint`, … */
  phase(step: number): string;
  readonly phases: Readonly<Record<string, StepFunction>>;
  /** Values of `StepInput.scalars` for a step. Same keys at every step. */
  scalars(step: number): Record<string, number>;
  /**
   * Values of `StepInput.noise` for a step of `batchSize` labelled examples; depends on its arguments and the seed alone.
   * `tokens` is N of the streams in this batch, where it is not the most that they have.
   */
  noise(step: number, batchSize: number, tokens?: Readonly<Record<string, number>>): HostRecord;
  /** How many augmented views of each training example a step reads, the main one included. */
  readonly views: number;
  /** How many unlabelled examples a step reads besides, where the data have them; 0: none. */
  readonly unlabelled: number;
  /** Logits [B, C] or [B, N, C] of a path. Pure. `faded` reads only what `ship` returns. */
  forward(path: ModelPath, state: TrainState, input: Readonly<TensorRecord>): Tensor;
  /** Backbone and head parameters to save, low-rank updates merged: exactly the names of backbone and head. */
  ship(state: TrainState): Params;
  /**
   * What the layers say after a step: for metrics.jsonl and the page of the run, at evaluations during training and after
   * the last step. Depends on what it is given alone, and reads small tensors only. Absent: there is no such record.
   */
  layers?(seen: SeenLayers): Promise<LayerNumbers>;
}

/** What `Method.layers` is told. */
export interface SeenLayers {
  /** After the step. */
  readonly state: TrainState;
  /** Parameters of kind `norm` of backbone and head as the run began with them. */
  readonly initialNorms: HostRecord;
  /** `StepResult.layers` of the last step; empty where it gave none. */
  readonly step: Readonly<Record<string, readonly number[]>>;
  /** Values of a tensor of the state. */
  read(tensor: Tensor): Promise<HostTensor>;
}

/** Numbers by what they are and stream, and the shallow/deep boundary. */
export type LayerNumbers = Pick<LayersRecord, 'layers' | 'boundary'>;

/** `TrainState` in JavaScript memory. */
export interface TrainStateHost {
  readonly frozen: HostRecord;
  readonly trained: HostRecord;
  readonly side: HostRecord;
  readonly optimizer: HostRecord;
}

/** What a method is created from. */
export interface MethodContext<Settings = unknown> {
  readonly backbone: Backbone;
  readonly head: Head;
  /** Backbone and head parameters, in order. */
  readonly parameters: readonly ParameterSpec[];
  readonly task: Pick<Task, 'loss' | 'distill' | 'head'>;
  readonly settings: Settings;
  readonly optimization: OptimizationSettings;
  /** Total number of steps. */
  readonly steps: number;
  readonly seed: number;
  /** Whether the data have unlabelled examples. */
  readonly hasUnlabelled: boolean;
  /** Measured shallow/deep boundary by stream, where the settings ask for it. */
  readonly boundary?: Readonly<Record<string, number>>;
}

/** The recipe's `train`, as far as methods need it. */
export interface OptimizationSettings {
  /** Peak learning rates by what they train. */
  readonly learningRate: LearningRates;
  /** Decoupled weight decay of matrices; norms and biases have none. */
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Share of the steps over which the learning rate rises linearly. */
  readonly warmup: number;
  readonly schedule: 'cosine' | 'linear' | 'constant';
  /** Largest global gradient norm; 0 turns clipping off. */
  readonly clipNorm: number;
  readonly labelSmoothing: number;
}

/** Peak learning rates by what they train. */
export interface LearningRates {
  readonly head: number;
  readonly norm: number;
  readonly bias: number;
  readonly lora: number;
  readonly weight: number;
  readonly side: number;
}

/** A method, as a plugin adds it: the schema of its settings, and how it is created from them. */
export interface MethodProvider<Settings = unknown> {
  readonly name: string;
  readonly description: string;
  /** Schema of the recipe's `method` without its `name`, strict, every key described and with a default. */
  readonly settings: z.ZodType<Settings>;
  /** Whether `MethodContext.boundary` must be measured for these settings. */
  needsBoundary?(settings: Settings): boolean;
  /**
   * The method for one run.
   *
   * @throws NOTHING_TO_TRAIN where the model has none of what it trains
   */
  create(context: MethodContext<Settings>): Method;
}
