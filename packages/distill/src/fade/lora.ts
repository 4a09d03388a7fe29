/**
 * Low-rank updates that end up in the weights they update, so that the graph stays the backbone's.
 *
 * Letters: O outputs, I inputs, r rank. Source: LoRA, arXiv 2106.09685; names as Hugging Face PEFT's.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  MdpdError,
  type HostRecord,
  type ParameterSpec,
  type Params,
  type RandomSource,
  type Stage,
} from '@mdpd/core';

export interface LoraSettings {
  readonly rank: number;
  /** The update is alpha/rank · B·A. */
  readonly alpha: number;
  /** Regular expression on the names of the blocks' matrices. */
  readonly targets: string;
}

const downName = (weight: string): string => `${weight}.lora_A`;
const upName = (weight: string): string => `${weight}.lora_B`;

/** The matrices that get an update: those of the blocks whose name matches. */
export function loraTargets(parameters: readonly ParameterSpec[], settings: LoraSettings): ParameterSpec[] {
  const pattern = compile(settings.targets);
  const matrices = parameters.filter(
    ({ kind, stage, shape }) => kind === 'weight' && typeof stage === 'number' && shape.length === 2,
  );
  const chosen = matrices.filter(({ name }) => pattern.test(name));
  if (chosen.length === 0) {
    throw new MdpdError(
      'LORA_NO_TARGET',
      `no matrix of the blocks matches lora.targets "${settings.targets}"`,
      {
        allowed: matrices.filter(({ stage }) => stage === matrices[0]?.stage).map(({ name }) => name),
        exitCode: 2,
      },
    );
  }
  return chosen;
}

function compile(targets: string): RegExp {
  try {
    return new RegExp(targets, 'u');
  } catch (cause) {
    throw new MdpdError('LORA_PATTERN', `lora.targets "${targets}" is not a regular expression`, {
      fix: 'for example ".*" or "attention"',
      exitCode: 2,
      cause,
    });
  }
}

/** The specifications of A [r, I] and B [O, r] for every target. */
export function loraSpecs(targets: readonly ParameterSpec[], rank: number): ParameterSpec[] {
  return targets.flatMap(({ name, shape, stage }) => [
    { name: downName(name), shape: [rank, shape[1]!], kind: 'weight' as const, stage },
    { name: upName(name), shape: [shape[0]!, rank], kind: 'weight' as const, stage },
  ]);
}

/** A uniform in ±1/√I, as PEFT's Kaiming initialisation with a = √5; B zero, so that the start is the backbone. */
export function initialLora(specs: readonly ParameterSpec[], random: RandomSource): HostRecord {
  const draw = ({ name, shape }: ParameterSpec): Float32Array => {
    const data = new Float32Array(shape[0]! * shape[1]!);
    if (name.endsWith('.lora_B')) return data;
    const bound = 1 / Math.sqrt(shape[1]!);
    const source = random.fork(name);
    return data.map(() => (2 * source.next() - 1) * bound);
  };
  return Object.fromEntries(
    specs.map((spec) => [spec.name, { data: draw(spec), shape: spec.shape, dtype: 'float32' as const }]),
  );
}

/** `params` with the updates of one stage merged: W + alpha/r · B·A. Differentiable in A and B. */
export function mergeStage(
  params: Params,
  updates: Params,
  targets: readonly ParameterSpec[],
  scale: number,
  stage: Stage | 'all',
): Params {
  const merged: Record<string, tf.Tensor> = {};
  for (const { name, stage: own } of targets) {
    if (stage !== 'all' && own !== stage) continue;
    const up = updates[upName(name)] as tf.Tensor2D;
    const down = updates[downName(name)] as tf.Tensor2D;
    merged[name] = tf.add(params[name]!, tf.mul(tf.matMul(up, down), scale));
  }
  return { ...params, ...merged };
}
