/** Every tensor of the backbone: name, shape, kind, and the stage that reads it. */
import type { ParameterKind, ParameterSpec, Stage } from '@mdpd/core';
import type { T5Config } from './t5-config.ts';
import {
  blockNames,
  distancesName,
  finalNormName,
  wordsName,
  type AttentionNames,
  type StackName,
} from './tensor-names.ts';

/** Parameters in the order in which the chain reads them, but for the tables of distances, which it reads first. */
export function t5Parameters(config: T5Config): ParameterSpec[] {
  const { vocabulary, width, encoderBlocks, decoderBlocks } = config;
  return [
    spec(wordsName, [vocabulary, width], 'embedding', 'embed'),
    ...stackParameters(config, 'encoder', encoderBlocks, 0),
    // Cross-attention reads normalised states: the encoder's last block hands them on.
    norm(finalNormName('encoder'), width, encoderBlocks - 1),
    ...stackParameters(config, 'decoder', decoderBlocks, encoderBlocks),
    norm(finalNormName('decoder'), width, 'finish'),
  ];
}

function stackParameters(config: T5Config, stack: StackName, blocks: number, first: number): ParameterSpec[] {
  const { buckets, heads } = config;
  return Array.from({ length: blocks }, (_, index) => [
    ...(index === 0 ? [spec(distancesName(stack), [buckets, heads], 'embedding', 'embed')] : []),
    ...blockParameters(config, stack, index, first + index),
  ]).flat();
}

function blockParameters(config: T5Config, stack: StackName, index: number, stage: number): ParameterSpec[] {
  const { width, hidden, gated } = config;
  const { self, cross, mlp } = blockNames(stack, index, gated);
  return [
    ...attention(config, self, stage),
    ...(stack === 'decoder' ? attention(config, cross, stage) : []),
    spec(mlp.input, [hidden, width], 'weight', stage),
    ...(gated ? [spec(mlp.gate, [hidden, width], 'weight', stage)] : []),
    spec(mlp.output, [width, hidden], 'weight', stage),
    norm(mlp.norm, width, stage),
  ];
}

function attention(
  { width, heads, headWidth }: T5Config,
  { query, key, value, output, norm: normName }: AttentionNames,
  stage: number,
): ParameterSpec[] {
  const inner = heads * headWidth;
  return [
    ...[query, key, value].map((name) => spec(name, [inner, width], 'weight', stage)),
    spec(output, [width, inner], 'weight', stage),
    norm(normName, width, stage),
  ];
}

function norm(name: string, width: number, stage: Stage): ParameterSpec {
  return spec(name, [width], 'norm', stage);
}

function spec(name: string, shape: readonly number[], kind: ParameterKind, stage: Stage): ParameterSpec {
  return { name: `${name}.weight`, shape, kind, stage };
}
