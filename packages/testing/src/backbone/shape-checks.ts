/**
 * Checks of the shapes that a backbone promises.
 *
 * Letters: B batch, N tokens, D width, H heads, R raw values of a token, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, ParameterSpec, State, TensorRecord } from '@mdpd/core';
import { ensure, type Check } from '../check.ts';
import { sameBytes } from '../differences.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { casesOf, streamNames, type BackboneSubject, type Case } from './subject.ts';

const batch = 3;
const outputs = 4;

function ensureShape(tensor: tf.Tensor | undefined, shape: readonly number[], what: string): void {
  ensure(tensor !== undefined, `${what} is missing`);
  const actual = tensor.shape.join(', ');
  ensure(actual === shape.join(', '), `${what} has shape [${actual}] instead of [${shape.join(', ')}]`);
  ensure(tensor.dtype === 'float32', `${what} has type ${tensor.dtype} instead of float32`);
}

function ensureState(backbone: Backbone, state: State, what: string): void {
  for (const [stream, { tokens, width }] of Object.entries(backbone.streams)) {
    ensureShape(state[stream], [batch, tokens, width], `${what}: stream ${stream}`);
  }
}

/** Constants of the state: everything that is not a stream. */
function ensureConstants(backbone: Backbone, before: State, after: State, what: string): void {
  const names = (state: State): string => Object.keys(state).sort().join(', ');
  ensure(
    names(before) === names(after),
    `${what} has the entries ${names(after)} instead of ${names(before)}`,
  );
  for (const name of Object.keys(before).filter((key) => !streamNames(backbone).includes(key))) {
    const [a, b] = [before[name]!.dataSync(), after[name]!.dataSync()] as [Float32Array, Float32Array];
    ensure(sameBytes(a, b), `${what} changes the constant ${name}`);
  }
}

function checkStates({ backbone, head, parameters, input: given }: Case): void {
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  let state = backbone.embed(params, input);
  ensureState(backbone, state, 'embed');
  for (let index = 0; index < backbone.blocks; index++) {
    const after = backbone.block(params, index, state);
    ensureState(backbone, after, `block ${index}`);
    ensureConstants(backbone, state, after, `block ${index}`);
    state = after;
  }
  const finished = backbone.finish(params, state);
  ensureState(backbone, finished, 'finish');
  ensureConstants(backbone, state, finished, 'finish');
  const pooled = backbone.pool(params, finished);
  ensure(pooled.rank === 2, `pool gives ${pooled.rank} axes instead of 2`);
  ensureShape(pooled, [batch, pooled.shape[1]!], 'pool');
  ensureShape(head.apply(params, pooled), [batch, outputs], 'head');
}

function checkAttention({ backbone, parameters, input: given }: Case): void {
  if (!backbone.attention) return;
  const params = uploadAll(parameters);
  let state = backbone.embed(params, uploadAll(given));
  const seen = new Set<string>();
  for (let index = 0; index < backbone.blocks; index++) {
    const maps: Readonly<TensorRecord> = backbone.attention(params, index, state);
    for (const [stream, map] of Object.entries(maps)) {
      const spec = backbone.streams[stream];
      ensure(spec !== undefined, `attention of block ${index} names the unknown stream ${stream}`);
      seen.add(stream);
      ensureShape(map, [batch, spec.heads, spec.tokens, spec.tokens], `attention of block ${index}`);
      const values = map.dataSync();
      const sums = tf.sum(map, -1).dataSync();
      ensure(
        values.every((value) => value >= 0),
        `attention of block ${index} has values below 0`,
      );
      ensure(
        sums.every((sum) => Math.abs(sum - 1) < 1e-4),
        `attention of block ${index} does not add up to 1 for every query`,
      );
    }
    state = backbone.block(params, index, state);
  }
  const unseen = streamNames(backbone).filter((stream) => !seen.has(stream));
  ensure(unseen.length === 0, `no block shows attention of stream ${unseen.join(', ')}`);
}

function checkRawTokens({ backbone, input: given }: Case): void {
  if (!backbone.rawTokens) return;
  const input = uploadAll(given);
  const sizes: Record<string, number[]> = {};
  for (const context of [0, 2]) {
    const windows = backbone.rawTokens(input, context);
    for (const [stream, window] of Object.entries(windows)) {
      const spec = backbone.streams[stream];
      ensure(spec !== undefined, `rawTokens names the unknown stream ${stream}`);
      const what = `rawTokens of ${stream} with context ${context}`;
      ensureShape(window, [batch, spec.tokens, window.shape[2]!], what);
      (sizes[stream] ??= []).push(window.shape[2]!);
    }
  }
  for (const [stream, [without, wide]] of Object.entries(sizes)) {
    ensure(wide! > without!, `rawTokens of ${stream} does not widen with its context`);
  }
}

function checkRawGrid({ backbone, input: given }: Case): void {
  const grids: Readonly<TensorRecord> = backbone.rawGrid?.(uploadAll(given)) ?? {};
  for (const [stream, grid] of Object.entries(grids)) {
    ensure(stream in backbone.streams, `rawGrid names the unknown stream ${stream}`);
    ensure(grid.rank === 4, `rawGrid of ${stream} has ${grid.rank} axes instead of 4`);
    ensureShape(grid, [batch, ...grid.shape.slice(1)], `rawGrid of ${stream}`);
  }
}

function checkSpecs({ backbone, head }: Case): void {
  const specs = [...backbone.parameters, ...head.parameters];
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  ensure(twice === undefined, `the parameter ${twice} is listed twice`);
  for (const spec of specs) ensureSpec(backbone, spec, head.parameters.includes(spec));
  ensure(head.parameters.length > 0, 'the head has no parameters');
  ensure(head.architecture !== '', 'the head has no architecture');
}

function ensureSpec(backbone: Backbone, { name, shape, kind, stage }: ParameterSpec, ofHead: boolean): void {
  ensure(name !== '' && name === name.trim(), `${JSON.stringify(name)} is no name of a parameter`);
  ensure(
    shape.every((length) => Number.isInteger(length) && length > 0),
    `${name} has shape [${shape.join(', ')}]`,
  );
  const isBlock =
    typeof stage === 'number' && Number.isInteger(stage) && stage >= 0 && stage < backbone.blocks;
  const known = ofHead ? stage === 'head' : isBlock || stage === 'embed' || stage === 'finish';
  ensure(known, `${name} has stage ${stage}${ofHead ? ', although it is of the head' : ''}`);
  if (kind === 'norm' || kind === 'bias') {
    ensure(shape.length === 1, `${name} is called a ${kind}, but has ${shape.length} axes`);
  }
}

const each =
  (check: (subject: Case) => void) =>
  (subject: BackboneSubject): void => {
    for (const one of casesOf(subject)) tidily(() => check(one));
  };

export const shapeChecks: readonly Check<BackboneSubject>[] = [
  { name: 'lists parameters with names, shapes, kinds and stages that can be', run: each(checkSpecs) },
  { name: 'gives every state, the pooled token and the logits their shapes', run: each(checkStates) },
  { name: 'shows attention maps of every stream that add up to 1', run: each(checkAttention) },
  { name: 'shows raw tokens that widen with their context', run: each(checkRawTokens) },
  { name: 'shows raw input as a grid, channels last', run: each(checkRawGrid) },
];
