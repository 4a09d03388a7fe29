/**
 * Which parameters of backbone and head a method trains, how it trains them, and what ships in the end.
 *
 * Letters: O outputs, I inputs, r rank.
 */
import type * as tf from '@tensorflow/tfjs-core';
import {
  MdpdError,
  type HostRecord,
  type LearningRates,
  type MethodContext,
  type ParameterSpec,
  type Params,
  type RandomSource,
  type Stage,
  type TensorRecord,
} from '@mdpd/core';
import { initialLora, loraSpecs, loraTargets, mergeStage, type LoraSettings } from '../fade/lora.ts';
import type { StageParams } from '../forward.ts';

/** What a method may train of backbone and head. */
export type TrainedParts = 'head' | 'norm+head' | 'bias+head' | 'norm+lora+head' | 'lora+head' | 'full';

/** What is trained, and how. */
export interface TraineeSettings {
  readonly parts: TrainedParts;
  readonly lora?: LoraSettings;
  /** Train only the last k blocks (and what follows them). */
  readonly blocks?: 'all' | number;
}

/** What is trained of a model: its tensors, their rates, and how the model that ships is put together from them. */
export interface Trainee {
  /** Names of backbone and head parameters that training changes, targets of updates included. */
  readonly changed: readonly string[];
  /** Which learning rate a trained tensor has. */
  readonly rateOf: (name: string) => keyof LearningRates;
  /** Whether weight decay shrinks it. */
  readonly decays: (name: string) => boolean;
  /** The stage of the chain that reads it. */
  readonly stageOf: (name: string) => Stage;
  /** Loaded parameters as those that stay and those that are trained; updates are drawn, and merged change nothing. */
  readonly split: (
    parameters: HostRecord,
    random: RandomSource,
  ) => { frozen: HostRecord; trained: HostRecord };
  /** What each stage of the chain reads, updates merged. */
  readonly paramsFrom: (frozen: Params, trained: Params) => StageParams;
  /** Backbone and head parameters under exactly their own names. */
  readonly ship: (frozen: Params, trained: Params) => Params;
}

/** Whether a parameter is itself trained (not through an update). */
function isTrained(spec: ParameterSpec, parts: TrainedParts): boolean {
  if (spec.stage === 'head' || parts === 'full') return true;
  if (parts === 'bias+head') return spec.name.endsWith('.bias');
  if (parts === 'norm+head' || parts === 'norm+lora+head') return spec.kind === 'norm';
  return false;
}

function inLastBlocks(stage: Stage, blocks: 'all' | number, total: number): boolean {
  if (blocks === 'all' || stage === 'finish' || stage === 'head') return true;
  return typeof stage === 'number' && stage >= total - blocks;
}

/**
 * Chooses the parameters that are trained, and says what each stage of the chain reads.
 *
 * @throws NOTHING_TO_TRAIN where the model has none of those parts
 */
export function createTrainee(
  context: Pick<MethodContext, 'backbone' | 'parameters'>,
  { parts, lora, blocks = 'all' }: TraineeSettings,
): Trainee {
  const reachable = context.parameters.filter(({ stage }) =>
    inLastBlocks(stage, blocks, context.backbone.blocks),
  );
  const direct = reachable.filter((spec) => isTrained(spec, parts));
  const targets = parts.includes('lora') && lora ? loraTargets(reachable, lora) : [];
  const updates = lora ? loraSpecs(targets, lora.rank) : [];
  const scale = lora ? lora.alpha / lora.rank : 0;
  const specs = new Map([...direct, ...updates].map((spec) => [spec.name, spec]));
  const updateNames = new Set(updates.map(({ name }) => name));
  const own = context.parameters.map(({ name }) => name);
  if (specs.size === 0) throw nothingToTrain(context.backbone.family, parts);

  return {
    changed: own.filter((name) => specs.has(name) || targets.some((target) => target.name === name)),
    rateOf: (name) => {
      const { stage, kind } = specs.get(name)!;
      if (stage === 'head') return 'head';
      if (updateNames.has(name)) return 'lora';
      if (parts === 'full') return 'weight';
      return kind === 'norm' ? 'norm' : 'bias';
    },
    // Of matrices alone: positions and class tokens are embeddings, whose size means something.
    decays: (name) => specs.get(name)?.kind === 'weight',
    stageOf: (name) => specs.get(name)!.stage,
    split: (parameters, random) => ({
      frozen: Object.fromEntries(Object.entries(parameters).filter(([name]) => !specs.has(name))),
      trained: {
        ...Object.fromEntries(direct.map(({ name }) => [name, parameters[name]!])),
        ...initialLora(updates, random.fork('lora')),
      },
    }),
    paramsFrom: (frozen, trained) => {
      const all = { ...frozen, ...trained };
      return (stage) => (targets.length === 0 ? all : mergeStage(all, trained, targets, scale, stage));
    },
    ship: (frozen, trained) => {
      const merged = mergeStage({ ...frozen, ...trained }, trained, targets, scale, 'all');
      return Object.fromEntries(own.map((name) => [name, merged[name] as tf.Tensor])) as TensorRecord;
    },
  };
}

/** A head that is the word embeddings has no parameters of its own. */
function nothingToTrain(family: string, parts: TrainedParts): MdpdError {
  return new MdpdError(
    'NOTHING_TO_TRAIN',
    `"${parts}" names no parameter of backbone ${family} and its head`,
    {
      fix: 'train more than the head: method=norm, or method.fade.train=norm+head',
      exitCode: 2,
    },
  );
}
