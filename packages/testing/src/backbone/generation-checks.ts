/**
 * Checks of backbones that answer token by token.
 *
 * Letters: B batch, T most tokens of an answer, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, Generation, HostTensor, Params, TensorRecord } from '@mdpd/core';
import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import { runModel } from '@mdpd/distill/forward';
import { uploadRecord } from '@mdpd/distill/engine/state';
import { generate, generationOf } from '@mdpd/tensor/generate';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { ensure, type Check } from '../check.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { casesOf, type BackboneSubject, type Case } from './subject.ts';

/** Of the largest logit: what another order of additions may change. */
const tolerance = 1e-5;
const mostSteps = 6;

type Answering = Case & { readonly generation: Generation };

function answeringOf(subject: BackboneSubject): Answering[] {
  return casesOf(subject).flatMap((one) => {
    const { generation } = one.backbone;
    return one.kind === 'seq2seq' && generation ? [{ ...one, generation }] : [];
  });
}

function checkTokens({ generation, backbone, outputs, title }: Answering): void {
  const { first, ends, padding, answer } = generation;
  const all = { first, padding, ...Object.fromEntries(ends.map((end, at) => [`ends[${at}]`, end])) };
  for (const [what, id] of Object.entries(all)) {
    ensure(Number.isInteger(id) && id >= 0 && id < outputs, `${what} is ${id}, which is no word; ${title}`);
  }
  ensure(ends.length > 0, 'answers have no end');
  for (const name of Object.values(answer)) {
    ensure(name in backbone.inputs, `answers go in as ${name}, which is no input`);
  }
}

/** Steps over the words of the input's answers, of which all are there, against the whole. */
function checkSteps({ generation, backbone, head, parameters, input: given, title }: Answering): void {
  const [params, input] = [uploadAll(parameters), uploadAll(given)];
  const { ids: idsName, mask: maskName } = generation.answer;
  const ids = input[idsName]!;
  const [batch, tokens] = ids.shape as [number, number];
  const whole = runModel(backbone, head, params, { ...input, [maskName]: tf.onesLike(ids) });
  const size = Math.max(1, tf.max(tf.abs(whole)).dataSync()[0]!);
  const memory = generation.encode(params, input);
  // Longer than the answer: what is not there yet must not be seen.
  let cache = generation.start(memory, tokens + 1);
  for (let at = 0; at < tokens; at++) {
    const column = tf.reshape(tf.slice(ids, [0, at], [-1, 1]), [batch]);
    const step = generation.step(params, memory, cache, column, tf.scalar(at, 'int32'));
    const expected = tf.reshape(tf.slice(whole, [0, at, 0], [-1, 1, -1]), [batch, -1]);
    ensure(
      step.logits.shape.join() === expected.shape.join(),
      `a step gives logits [${step.logits.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`,
    );
    const difference = tf.max(tf.abs(tf.sub(step.logits, expected))).dataSync()[0]!;
    ensure(
      difference <= tolerance * size,
      `the logits of step ${at} differ from those of the whole by ${difference.toExponential(1)}; ${title}`,
    );
    ensureSameForm(cache, step.cache, at);
    cache = step.cache;
  }
}

/** One graph serves all steps. */
function ensureSameForm(before: TensorRecord, after: TensorRecord, at: number): void {
  const form = (cache: TensorRecord): string =>
    Object.entries(cache)
      .map(([name, { shape, dtype }]) => `${name} ${dtype}[${shape.join(', ')}]`)
      .sort()
      .join(', ');
  ensure(form(before) === form(after), `step ${at} makes the cache ${form(after)} out of ${form(before)}`);
}

async function answersOn(
  executor: Executor,
  { backbone, parameters, input }: Answering,
  generation: Generation,
): Promise<HostTensor> {
  const [params, texts]: [Params, TensorRecord] = [
    uploadRecord(executor, parameters),
    uploadRecord(executor, input),
  ];
  const most = backbone.inputs[generation.answer.ids]!.shape[0]!;
  try {
    return await generate(executor, generation, params, texts, { maxNewTokens: Math.min(most, mostSteps) });
  } finally {
    tf.dispose([Object.values(params), Object.values(texts)]);
  }
}

const shown = ({ data }: HostTensor): string => Array.from(data).join(' ');

/** Greedy answers with the cache, without it, and compiled; whatever ends them, so that all steps count. */
async function checkAnswers(subject: BackboneSubject): Promise<void> {
  const before = tf.getBackend();
  const eager = await wasmExecutor.start();
  const { available } = await onnxruntimeExecutor.probe();
  const compiled = available ? await onnxruntimeExecutor.start({ threads: 1 }) : undefined;
  try {
    for (const one of answeringOf(subject)) {
      const { backbone, head, title } = one;
      const generation = { ...one.generation, ends: [] };
      const whole = generationOf(generation, (params: Params, input) =>
        runModel(backbone, head, params, input),
      );
      const expected = shown(await answersOn(eager, one, whole));
      const cached = shown(await answersOn(eager, one, generation));
      ensure(cached === expected, `answers ${cached} with its cache, ${expected} as a whole; ${title}`);
      if (!compiled) continue;
      const other = shown(await answersOn(compiled, one, generation));
      ensure(other === expected, `answers ${other} where it is compiled, ${expected} eagerly; ${title}`);
    }
  } finally {
    await compiled?.stop();
    await tf.setBackend(before);
  }
}

const each =
  (check: (one: Answering) => void) =>
  (subject: BackboneSubject): void => {
    for (const one of answeringOf(subject)) tidily(() => check(one));
  };

export const generationChecks: readonly Check<BackboneSubject>[] = [
  { name: 'names the tokens that answers begin and end with', run: each(checkTokens) },
  { name: 'gives step by step the logits of the whole', run: each(checkSteps) },
  { name: 'answers the same with its cache, without it, and compiled', run: checkAnswers },
];
