/** What the backbone checks look at. */
import type { Backbone, BackboneProvider, Head, HeadKind, JsonObject, State } from '@mdpd/core';
import type * as tf from '@tensorflow/tfjs-core';
import { ensure } from '../check.ts';
import { modelUnderTest, type InputMaker, type ModelUnderTest } from '../model-under-test.ts';
import { sampleInput } from './sample-input.ts';

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

export interface Case extends ModelUnderTest {
  /** Its configuration, for messages. */
  readonly title: string;
  readonly provider: BackboneProvider;
  readonly kind: HeadKind;
  /** C. */
  readonly outputs: number;
  /** Class names; heads over tokens have none. */
  readonly labels: readonly string[];
}

const labels = ['zero', 'one', 'two', 'three'];
const tokenKinds: readonly HeadKind[] = ['maskedLm', 'seq2seq'];

/** A model with a classifier for every configuration, and one with every head over tokens that some configuration has. */
export function casesOf(subject: BackboneSubject): Case[] {
  const { provider, configs } = subject;
  ensure(configs.length >= 3, 'give at least three configurations');
  const backbones = configs.map((config) => provider.create(config));
  const classifiers = configs.map((config, index) =>
    caseOf(subject, config, backbones[index]!, 'classification'),
  );
  const overTokens = tokenKinds.flatMap((kind) => {
    const index = configs.findIndex((config, at) => backbones[at]!.head(kind, wordsOf(subject, config)));
    return index < 0 ? [] : [caseOf(subject, configs[index]!, backbones[index]!, kind)];
  });
  return [...classifiers, ...overTokens];
}

function caseOf(subject: BackboneSubject, config: JsonObject, backbone: Backbone, kind: HeadKind): Case {
  const { provider, input } = subject;
  const words = wordsOf(subject, config);
  const overTokens = tokenKinds.includes(kind);
  const outputs = overTokens ? words : labels.length;
  const model = modelUnderTest(provider, backbone, { kind, outputs, input: input ?? sampleInput(words) });
  const title = JSON.stringify(config) + (overTokens ? `, ${kind}` : '');
  return { ...model, provider, kind, outputs, labels: overTokens ? [] : labels, title };
}

/** Without any, 2: ids are 0 and 1. */
function wordsOf({ vocabulary }: BackboneSubject, config: JsonObject): number {
  if (vocabulary) return vocabulary(config);
  return typeof config['vocab_size'] === 'number' ? config['vocab_size'] : 2;
}

export function streamNames(backbone: Backbone): string[] {
  return Object.keys(backbone.streams);
}

/** What a head reads of the finished state. */
export function featuresOf(head: Head, finished: State, pool: (finished: State) => tf.Tensor): tf.Tensor {
  return head.stream === undefined ? pool(finished) : finished[head.stream]!;
}
