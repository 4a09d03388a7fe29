/** Checks that a backbone is a pure function, and that every parameter is read by the stage that it names. */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Params, Stage, TensorRecord } from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import { CheckFailed, ensure, type Check } from '../check.ts';
import { sameBytes } from '../differences.ts';
import { uploadAll } from '../model-under-test.ts';
import { withoutReads } from '../no-reads.ts';
import { tidily } from '../tidily.ts';
import { casesOf, featuresOf, type BackboneSubject, type Case } from './subject.ts';

const stageName = (stage: Stage): string => (typeof stage === 'number' ? `block ${stage}` : stage);

/** Parameters that only `stage` may read, and those that it `shares` with another; what it reads is noted. */
function guarded(
  params: Params,
  stages: ReadonlyMap<string, Stage>,
  stage: Stage,
  seen: Set<string>,
  shared: readonly string[] = [],
): Params {
  const note = (name: string): void => {
    const own = stages.get(name);
    ensure(own !== undefined, `${stageName(stage)} reads ${name}, which is not among the parameters`);
    const mayRead = own === stage || shared.includes(name);
    ensure(mayRead, `${stageName(stage)} reads ${name}, whose stage is ${stageName(own)}`);
    seen.add(name);
  };
  return new Proxy(params, {
    get: (target, name) => {
      if (typeof name === 'string') note(name);
      return Reflect.get(target, name) as unknown;
    },
    has: (target, name) => {
      if (typeof name === 'string') note(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor: (target, name) => {
      if (typeof name === 'string') note(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys: () => {
      throw new CheckFailed(`${stageName(stage)} goes through all parameters`);
    },
  });
}

function checkStages({ backbone, head, specs, parameters, input: given }: Case): void {
  const stages = new Map(specs.map(({ name, stage }) => [name, stage]));
  const [all, input] = [uploadAll(parameters), uploadAll(given)];
  const seen = new Set<string>();
  const at = (stage: Stage): Params => guarded(all, stages, stage, seen);
  let state = backbone.embed(at('embed'), input);
  for (let index = 0; index < backbone.blocks; index++) {
    backbone.attention?.(at(index), index, state);
    state = backbone.block(at(index), index, state);
  }
  const finished = backbone.finish(at('finish'), state);
  const ofHead = new Set<string>();
  const headParams = guarded(all, stages, 'head', ofHead, head.tied);
  const features = featuresOf(head, headParams, finished, () => backbone.pool(at('finish'), finished));
  head.apply(headParams, features);
  const loose = head.tied?.find((name) => !ofHead.has(name));
  ensure(loose === undefined, `the head does not read ${loose}, to which it is tied`);
  for (const name of ofHead) seen.add(name);
  const unread = specs.find(({ name }) => !seen.has(name));
  ensure(unread === undefined, `no stage reads ${unread?.name}`);
}

function valuesOf(record: Readonly<TensorRecord>): Map<string, Float32Array> {
  return new Map(
    Object.entries(record).map(([name, tensor]) => {
      ensure(!tensor.isDisposed, `frees ${name}, which is not its own`);
      return [name, tensor.dataSync().slice() as Float32Array];
    }),
  );
}

function checkPure({ backbone, head, parameters, input: given }: Case): void {
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  const before = valuesOf({ ...params, ...input });
  const run = (): Float32Array => runModel(backbone, head, params, input).dataSync() as Float32Array;
  const first = run();
  for (const [name, values] of valuesOf({ ...params, ...input })) {
    ensure(sameBytes(values, before.get(name)!), `changes ${name}`);
  }
  ensure(sameBytes(first, run()), 'gives other logits when it is run again');
}

function checkExamples({ backbone, head, parameters, input: given }: Case): void {
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  const reversed = Object.fromEntries(
    Object.entries(input).map(([name, tensor]) => [name, tf.reverse(tensor, 0)]),
  );
  const plain = runModel(backbone, head, params, input).dataSync();
  const turned = tf.reverse(runModel(backbone, head, params, reversed), 0).dataSync();
  ensure(
    plain.every((value, i) => Math.abs(value - turned[i]!) <= 1e-4 * Math.max(1, Math.abs(value))),
    'lets examples of a batch influence each other',
  );
}

function checkNoReads({ backbone, head, parameters, input: given }: Case): void {
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  withoutReads(() => runModel(backbone, head, params, input));
  withoutReads(() => backbone.attention?.(params, 0, backbone.embed(params, input)));
  withoutReads(() => backbone.rawTokens?.(input, 1));
  withoutReads(() => backbone.rawGrid?.(input));
}

function checkMemory(subject: BackboneSubject): void {
  for (const { backbone, head, parameters, input: given } of casesOf(subject)) {
    tidily(() => {
      const [params, input] = [uploadAll(parameters), uploadAll(given)];
      const before = tf.memory().numTensors;
      for (let run = 0; run < 2; run++) tidily(() => everything(backbone, params, input));
      tidily(() => runModel(backbone, head, params, input));
      const left = tf.memory().numTensors - before;
      ensure(left === 0, `leaves ${left} tensors behind`);
    });
  }
}

function everything(backbone: Backbone, params: Params, input: Readonly<TensorRecord>): void {
  const state = backbone.embed(params, input);
  backbone.attention?.(params, 0, state);
  backbone.rawTokens?.(input, 1);
  backbone.rawGrid?.(input);
}

const each =
  (check: (subject: Case) => void) =>
  (subject: BackboneSubject): void => {
    for (const one of casesOf(subject)) tidily(() => check(one));
  };

export const purityChecks: readonly Check<BackboneSubject>[] = [
  { name: 'reads in every stage exactly the parameters of that stage', run: each(checkStages) },
  { name: 'gives the same bytes again and leaves its arguments as they are', run: each(checkPure) },
  { name: 'treats every example of a batch by itself', run: each(checkExamples) },
  { name: 'never reads values of tensors', run: each(checkNoReads) },
  { name: 'leaves no tensor behind', run: checkMemory },
];
