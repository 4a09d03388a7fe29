/**
 * Checks of the attention that a backbone shows for measurements.
 *
 * Letters: B batch, N tokens, H heads.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { State, StreamSpec, TensorRecord } from '@mdpd/core';
import { tokenCounts } from '@mdpd/distill/token-counts';
import { ensure, type Check } from '../check.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { ensureShape } from './shape-checks.ts';
import { casesOf, streamNames, type BackboneSubject, type Case } from './subject.ts';

function checkAttention({ backbone, parameters, input: given }: Case): void {
  if (!backbone.attention) return;
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  const counts = tokenCounts(backbone, input);
  let state = backbone.embed(params, input);
  const seen = new Set<string>();
  for (let index = 0; index < backbone.blocks; index++) {
    const maps: Readonly<TensorRecord> = backbone.attention(params, index, state);
    const what = `attention of block ${index}`;
    for (const [stream, map] of Object.entries(maps)) {
      const spec = backbone.streams[stream];
      ensure(spec !== undefined, `${what} names the unknown stream ${stream}`);
      seen.add(stream);
      ensureProbabilities(spec, map, state, counts[stream]!, what);
    }
    state = backbone.block(params, index, state);
  }
  const unseen = streamNames(backbone).filter((stream) => !seen.has(stream));
  ensure(unseen.length === 0, `no block shows attention of stream ${unseen.join(', ')}`);
}

/** Probabilities [B, H, N, N] over the tokens that a token may see. */
function ensureProbabilities(
  spec: StreamSpec,
  map: tf.Tensor,
  state: State,
  tokens: number,
  what: string,
): void {
  const { heads } = spec;
  const batch = state[Object.keys(state)[0]!]!.shape[0]!;
  ensureShape(map, [batch, heads, tokens, tokens], what);
  const values = map.dataSync() as Float32Array;
  const mask = spec.mask === undefined ? undefined : state[spec.mask]!.dataSync();
  for (let row = 0; row < batch * heads * tokens; row++) {
    const [example, query] = [Math.floor(row / (heads * tokens)), row % tokens];
    let sum = 0;
    values.subarray(row * tokens, (row + 1) * tokens).forEach((value, key) => {
      sum += value;
      ensure(value >= 0, `${what} has values below 0`);
      if (value < 1e-6) return;
      ensure(mask === undefined || mask[example * tokens + key] !== 0, `${what} looks at padding`);
      ensure(!spec.causal || key <= query, `${what} looks ahead, although the stream is causal`);
    });
    ensure(Math.abs(sum - 1) < 1e-4, `${what} does not add up to 1 for every query`);
  }
}

export const attentionChecks: readonly Check<BackboneSubject>[] = [
  {
    name: 'shows attention maps of every stream that add up to 1 over what a token may see',
    run: (subject) => {
      for (const one of casesOf(subject)) tidily(() => checkAttention(one));
    },
  },
];
