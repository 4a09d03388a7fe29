/**
 * Checks of the shapes that a backbone promises.
 *
 * Letters: B batch, N tokens, D width, H heads, R raw values of a token, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, ParameterSpec, State, StreamSpec, TensorRecord } from '@mdpd/core';
import { tokenCounts } from '@mdpd/distill/token-counts';
import { ensure, type Check } from '../check.ts';
import { sameBytes } from '../differences.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { casesOf, featuresOf, streamNames, type BackboneSubject, type Case } from './subject.ts';

const batch = 3;

export function ensureShape(tensor: tf.Tensor | undefined, shape: readonly number[], what: string): void {
  ensure(tensor !== undefined, `${what} is missing`);
  const actual = tensor.shape.join(', ');
  ensure(actual === shape.join(', '), `${what} has shape [${actual}] instead of [${shape.join(', ')}]`);
  ensure(tensor.dtype === 'float32', `${what} has type ${tensor.dtype} instead of float32`);
}

/** N of every stream. */
type Counts = Readonly<Record<string, number>>;

function ensureState(backbone: Backbone, counts: Counts, state: State, what: string): void {
  for (const [stream, spec] of Object.entries(backbone.streams)) {
    const tokens = counts[stream]!;
    ensureShape(state[stream], [batch, tokens, spec.width], `${what}: stream ${stream}`);
    if (spec.mask !== undefined) ensureMask(spec, state[spec.mask], [batch, tokens]);
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

/** A mask says of every token of a batch whether it is one. */
function ensureMask({ mask: name }: StreamSpec, mask: tf.Tensor | undefined, shape: readonly number[]): void {
  ensure(mask !== undefined, `the state has no entry ${name}, the mask of a stream`);
  const actual = mask.shape.join(', ');
  ensure(
    actual === shape.join(', '),
    `the mask ${name} has shape [${actual}] instead of [${shape.join(', ')}]`,
  );
  ensure(
    mask.dataSync().every((value) => value === 0 || value === 1),
    `the mask ${name} has other values than 0 and 1`,
  );
}

/** A block leaves a stream alone that it does not change, as `StreamSpec.blocks` says. */
function ensureUntouched(backbone: Backbone, index: number, before: State, after: State): void {
  for (const [stream, { blocks }] of Object.entries(backbone.streams)) {
    if (!blocks || (index >= blocks[0] && index < blocks[1])) continue;
    const [a, b] = [before[stream]!.dataSync(), after[stream]!.dataSync()] as [Float32Array, Float32Array];
    ensure(
      sameBytes(a, b),
      `block ${index} changes stream ${stream}, whose blocks are ${blocks.join(' to ')}`,
    );
  }
}

/** Blocks are differentiated by parameters and state together, in one record. */
function ensureOwnNames(parameters: readonly ParameterSpec[], state: State, what: string): void {
  const taken = parameters.find(({ name }) => name in state);
  ensure(taken === undefined, `${what} gives a state entry ${taken?.name}, which is the name of a parameter`);
}

function checkStates({ backbone, head, outputs, parameters, input: given }: Case): void {
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  const counts = tokenCounts(backbone, input);
  let state = backbone.embed(params, input);
  ensureState(backbone, counts, state, 'embed');
  const lost = backbone.carried?.find((name) => !(name in state) || name in backbone.streams);
  ensure(lost === undefined, `embed gives no entry ${lost} besides the streams, although it is carried`);
  ensureOwnNames([...backbone.parameters, ...head.parameters], state, 'embed');
  for (let index = 0; index < backbone.blocks; index++) {
    const after = backbone.block(params, index, state);
    ensureState(backbone, counts, after, `block ${index}`);
    ensureConstants(backbone, state, after, `block ${index}`);
    ensureUntouched(backbone, index, state, after);
    ensureOwnNames([...backbone.parameters, ...head.parameters], after, `block ${index}`);
    state = after;
  }
  const finished = backbone.finish(params, state);
  ensureState(backbone, counts, finished, 'finish');
  ensureConstants(backbone, state, finished, 'finish');
  const pooled = backbone.pool(params, finished);
  ensure(pooled.rank === 2, `pool gives ${pooled.rank} axes instead of 2`);
  ensureShape(pooled, [batch, pooled.shape[1]!], 'pool');
  const logits = head.apply(
    params,
    featuresOf(head, params, finished, () => pooled),
  );
  const tokens = head.stream === undefined ? [] : [counts[head.stream]!];
  ensureShape(logits, [batch, ...tokens, outputs], 'head');
}

/** What `perExample` names has a row for every example, and nothing else has, but for streams. */
function checkRows({ backbone, parameters, input: given }: Case): void {
  if (!backbone.perExample) return;
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  const fewer = Object.fromEntries(
    Object.entries(input).map(([name, tensor]) => [name, tf.split(tensor, [batch - 1, 1])[0]!]),
  );
  const [all, some] = [backbone.embed(params, input), backbone.embed(params, fewer)];
  const named = [...Object.keys(backbone.streams), ...backbone.perExample];
  const missing = named.find((name) => !(name in all));
  ensure(missing === undefined, `the state has no entry ${missing}, although it is said to be per example`);
  for (const name of Object.keys(all)) {
    const rows = [all[name]!.shape[0], some[name]!.shape[0]];
    if (named.includes(name)) {
      ensure(rows.join() === `${batch},${batch - 1}`, `${name} has no row for every example`);
    } else {
      ensure(rows[0] === rows[1], `${name} has rows for examples, although perExample does not name it`);
    }
  }
}

function checkRawTokens({ backbone, input: given }: Case): void {
  if (!backbone.rawTokens) return;
  const input = uploadAll(given);
  const counts = tokenCounts(backbone, input);
  const sizes: Record<string, number[]> = {};
  for (const context of [0, 2]) {
    const windows = backbone.rawTokens(input, context);
    for (const [stream, window] of Object.entries(windows)) {
      ensure(stream in backbone.streams, `rawTokens names the unknown stream ${stream}`);
      const what = `rawTokens of ${stream} with context ${context}`;
      ensureShape(window, [batch, counts[stream]!, window.shape[2]!], what);
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
  const tied = head.tied ?? [];
  const isEmbedded = (name: string): boolean =>
    backbone.parameters.some((spec) => spec.name === name && spec.stage === 'embed');
  const strange = tied.find((name) => !isEmbedded(name));
  ensure(strange === undefined, `the head is tied to ${strange}, which is no parameter of stage embed`);
  ensure(head.parameters.length + tied.length > 0, 'the head has no parameters');
  ensure(head.architecture !== '', 'the head has no architecture');
}

function ensureSpec(backbone: Backbone, spec: ParameterSpec, ofHead: boolean): void {
  const { name, shape, kind, stage, pretrained } = spec;
  ensure(name !== '' && name === name.trim(), `${JSON.stringify(name)} is no name of a parameter`);
  ensure(
    shape.every((length) => Number.isInteger(length) && length > 0),
    `${name} has shape [${shape.join(', ')}]`,
  );
  const isBlock =
    typeof stage === 'number' && Number.isInteger(stage) && stage >= 0 && stage < backbone.blocks;
  const known = ofHead ? stage === 'head' : isBlock || stage === 'embed' || stage === 'finish';
  ensure(known, `${name} has stage ${stage}${ofHead ? ', although it is of the head' : ''}`);
  ensure(ofHead || pretrained === undefined, `${name} is called pretrained, although it is not of a head`);
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
  { name: 'says which entries of the state have rows for examples', run: each(checkRows) },
  { name: 'shows raw tokens that widen with their context', run: each(checkRawTokens) },
  { name: 'shows raw input as a grid, channels last', run: each(checkRawGrid) },
];
