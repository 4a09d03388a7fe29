/** What the backbone checks look at. */
import type { Backbone, BackboneProvider, Head, HeadKind, JsonObject, Params, State } from '@mdpd/core';
import type * as tf from '@tensorflow/tfjs-core';
import { ensure } from '../check.ts';
import { modelUnderTest, type InputMaker, type ModelUnderTest } from '../model-under-test.ts';
import { sampleInput } from './sample-input.ts';

/** A backbone to be checked, with small configurations of it. */
export interface BackboneSubject {
  readonly provider: BackboneProvider;
  /** config.json of at least three different shapes, all of them tiny: every parameter is looked at. */
  readonly configs: readonly JsonObject[];
  /** Configurations that must be refused, each with the text that the command line then prints. */
  readonly broken: readonly { readonly config: JsonObject; readonly text: string }[];
  /**
   * Inputs of a batch; by default normal values for floats, 0 and 1 for everything else, and for what is `variable`
   * texts of different lengths with padding (`sampleInput`).
   */
  readonly input?: InputMaker;
  /** Number of words a configuration has, for texts and for heads over tokens; by default its `vocab_size`. */
  readonly vocabulary?: (config: JsonObject) => number;
}

/** A backbone of one configuration with one of its heads. */
export interface Case extends ModelUnderTest {
  /** Its configuration, for messages. */
  readonly title: string;
  readonly provider: BackboneProvider;
  readonly kind: HeadKind;
  /** C. */
  readonly outputs: number;
  /** Class names; only classes and answers have them. */
  readonly labels: readonly string[];
}

const labels = ['zero', 'one', 'two', 'three'];
const tokenKinds: readonly HeadKind[] = ['maskedLm', 'seq2seq'];
/** Kinds of head over images with texts, with C; of embeddings it depends on the configuration. */
const pairKinds: Partial<Record<HeadKind, number>> = {
  vqa: labels.length,
  box: 4,
  matching: 1,
  embeddings: 2,
};
const otherKinds = [...tokenKinds, ...(Object.keys(pairKinds) as HeadKind[])];

/**
 * A model with a classifier for every configuration (or, of backbones that have none, with the first head over tokens that
 * there is), and one with every other head that some configuration has.
 */
export function casesOf(subject: BackboneSubject): Case[] {
  const { provider, configs } = subject;
  ensure(configs.length >= 3, 'give at least three configurations');
  const backbones = configs.map((config) => provider.create(config));
  const hasHead = (kind: HeadKind, at: number): boolean =>
    backbones[at]!.head(kind, outputsOf(subject, configs[at]!, kind)) !== undefined;
  const kindOf = (at: number): HeadKind =>
    (['classification', ...otherKinds] as const).find((kind) => hasHead(kind, at)) ?? 'classification';
  const main = configs.map((config, at) => caseOf(subject, config, backbones[at]!, kindOf(at)));
  const others = otherKinds.filter((kind) => main.every((each) => each.kind !== kind));
  const further = others.flatMap((kind) => {
    const at = configs.findIndex((_, index) => hasHead(kind, index));
    return at < 0 ? [] : [caseOf(subject, configs[at]!, backbones[at]!, kind)];
  });
  return [...main, ...further];
}

/** C. */
function outputsOf(subject: BackboneSubject, config: JsonObject, kind: HeadKind): number {
  if (kind === 'embeddings') return 2 * Number(config['projection_dim']);
  return tokenKinds.includes(kind) ? wordsOf(subject, config) : (pairKinds[kind] ?? labels.length);
}

function caseOf(subject: BackboneSubject, config: JsonObject, backbone: Backbone, kind: HeadKind): Case {
  const { provider, input } = subject;
  const words = wordsOf(subject, config);
  const hasLabels = kind === 'classification' || kind === 'vqa';
  const outputs = outputsOf(subject, config, kind);
  const model = modelUnderTest(provider, backbone, { kind, outputs, input: input ?? sampleInput(words) });
  const title = JSON.stringify(config) + (kind === 'classification' ? '' : `, ${kind}`);
  return { ...model, provider, kind, outputs, labels: hasLabels ? labels : [], title };
}

/** Without any, 2: ids are 0 and 1. */
function wordsOf({ vocabulary }: BackboneSubject, config: JsonObject): number {
  if (vocabulary) return vocabulary(config);
  return typeof config['vocab_size'] === 'number' ? config['vocab_size'] : 2;
}

/** Names of a backbone's streams. */
export function streamNames(backbone: Backbone): string[] {
  return Object.keys(backbone.streams);
}

/** What a head reads of the finished state. */
export function featuresOf(
  head: Head,
  params: Params,
  finished: State,
  pool: (finished: State) => tf.Tensor,
): tf.Tensor {
  if (head.features) return head.features(params, finished);
  return head.stream === undefined ? pool(finished) : finished[head.stream]!;
}
