/**
 * Heads that read the first token: a linear, an activation, and a linear to the outputs.
 *
 * Letters: B batch, D width, C outputs.
 */
import type { HeadKind, ParameterSpec } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import type { TextHead } from './family.ts';
import { applyDense } from '@mdpd/tensor/named-layers';
import { dense, pretrained } from '@mdpd/core/parameter-specs';
import type { TextConfig } from './text-config.ts';

export interface SequenceHeadPlan {
  readonly architecture: string;
  /** First linear, [D, D]. */
  readonly hidden: string;
  /** Whether pretraining made it (a pooler), so that it is worth keeping whatever the labels are. */
  readonly pretrained: boolean;
  readonly activation: 'tanh' | 'relu';
  /** Second linear, [C, D]. */
  readonly output: string;
}

/** The head for `classification` or `regression`: Hugging Face has one class for both. */
export function sequenceHead(
  plan: SequenceHeadPlan,
  { width }: TextConfig,
  kind: HeadKind,
  outputs: number,
): TextHead {
  const hidden: ParameterSpec[] = dense(plan.hidden, width, width, 'head');
  return {
    architecture: plan.architecture,
    kind,
    outputs,
    parameters: [
      ...(plan.pretrained ? pretrained(hidden) : hidden),
      ...dense(plan.output, outputs, width, 'head'),
    ],
    apply: (params, pooled) => {
      const active = activation(plan.activation)(applyDense(params, plan.hidden, pooled));
      return applyDense(params, plan.output, active);
    },
  };
}
