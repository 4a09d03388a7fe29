/** Parameter specifications of the layers that Hugging Face models are made of. */
import type { ParameterKind, ParameterSpec, Stage } from './backbone.ts';

/** One parameter of the given name. */
export function spec(
  name: string,
  shape: readonly number[],
  kind: ParameterKind,
  stage: Stage,
): ParameterSpec {
  return { name, shape, kind, stage };
}

/** An embedding table `name.weight` [rows, width], of stage `embed`. */
export function table(name: string, rows: number, width: number): ParameterSpec {
  return spec(`${name}.weight`, [rows, width], 'embedding', 'embed');
}

/** Scale `name.weight` and shift `name.bias` of a norm, each [width]. */
export function norm(name: string, width: number, stage: Stage): ParameterSpec[] {
  return [spec(`${name}.weight`, [width], 'norm', stage), spec(`${name}.bias`, [width], 'norm', stage)];
}

/** A linear layer: `name.weight` [outputs, inputs] and, where `biased`, `name.bias` [outputs]. */
export function dense(
  name: string,
  outputs: number,
  inputs: number,
  stage: Stage,
  biased = true,
): ParameterSpec[] {
  const weight = spec(`${name}.weight`, [outputs, inputs], 'weight', stage);
  return biased ? [weight, spec(`${name}.bias`, [outputs], 'bias', stage)] : [weight];
}

/** Parameters of a head that mean the same whatever the labels are. */
export function pretrained(specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.map((one) => ({ ...one, pretrained: true }));
}
