/** Every tensor of the backbone: name, shape, kind, and the stage that reads it. */
import type { ParameterSpec } from '@mdpd/core';
import { dense, norm, table } from '@mdpd/core/parameter-specs';
import type { TensorNames } from './tensor-names.ts';
import type { TextConfig } from './text-config.ts';

/** Parameters in the order in which the chain reads them. Poolers are the heads'. */
export function textParameters(config: TextConfig, names: TensorNames): ParameterSpec[] {
  const { vocabulary, positions, types, width, blocks } = config;
  return [
    table(names.words, vocabulary, width),
    table(names.positions, positions, width),
    ...(types > 0 ? [table(names.types, types, width)] : []),
    ...norm(names.norm, width, 'embed'),
    ...Array.from({ length: blocks }, (_, index) => blockParameters(config, names, index)).flat(),
  ];
}

function blockParameters({ width, hidden }: TextConfig, names: TensorNames, index: number): ParameterSpec[] {
  const block = names.block(index);
  return [
    ...[block.query, block.key, block.value].flatMap((name) => dense(name, width, width, index)),
    ...dense(block.attentionOutput, width, width, index),
    ...norm(block.attentionNorm, width, index),
    ...dense(block.intermediate, hidden, width, index),
    ...dense(block.output, width, hidden, index),
    ...norm(block.outputNorm, width, index),
  ];
}
