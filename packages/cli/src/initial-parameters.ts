/** First values of backbone and head: from the checkpoint where it has them, else fresh and reproducible. */
import {
  type Backbone,
  type Head,
  type HeadKind,
  type HostRecord,
  type ParameterSpec,
  type RandomSource,
} from '@mdpd/core';
import { freshHeadPlan } from '@mdpd/distill/fresh-head';
import { drawTensors, type TensorPlans } from '@mdpd/distill/specs';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { createRandom } from '@mdpd/tensor/random';
import type { OpenedBackbone } from './backbone-reference.ts';

/** Standard deviations within which fresh weights of a head lie. */
const headCut = 2;

export interface InitialParameters {
  /** Of backbone and head, in their order. */
  readonly parameters: HostRecord;
  /** Whether the head came from the checkpoint. */
  readonly headLoaded: boolean;
}

/**
 * Parameters to start from. The checkpoint's head is taken only where its labels are the task's; otherwise it is fresh,
 * but for those of its parameters that do not depend on labels (`ParameterSpec.pretrained`).
 * Throws what `loadParameters` throws (CHECKPOINT_MISSING, CHECKPOINT_SHAPE, …).
 */
export async function initialParameters(
  opened: OpenedBackbone,
  head: Head,
  labels: readonly string[],
  seed: number,
): Promise<InitialParameters> {
  const random = createRandom(seed);
  const { backbone, provider, folder } = opened;
  if (folder === undefined) {
    const parameters = provider.initialize(backbone, random.fork('backbone'));
    return { parameters: { ...parameters, ...freshHead(head, random.fork('head')) }, headLoaded: false };
  }
  const own = labelsOf(backbone.config);
  const sameLabels =
    own !== undefined && own.length === labels.length && own.every((label, i) => label === labels[i]);
  const wanted = head.parameters.filter(({ pretrained }) => sameLabels || pretrained);
  const specs = [...backbone.parameters, ...wanted];
  const loaded = await loadParameters(folder, specs, provider.canonicalName, {
    otherHead: !sameLabels,
    allowed: sameLabels ? [] : namesOfHeads(backbone),
  });
  const fresh = unloaded(head, loaded.parameters);
  const headValues = freshHead({ parameters: fresh }, random.fork('head'));
  const all = { ...loaded.parameters, ...headValues };
  const parameters = [...backbone.parameters, ...head.parameters].map(({ name }) => [name, all[name]!]);
  return { parameters: Object.fromEntries(parameters) as HostRecord, headLoaded: fresh.length === 0 };
}

/** Parameters of the head that start fresh. A classifier is taken whole or not at all. */
function unloaded({ parameters }: Head, loaded: HostRecord): readonly ParameterSpec[] {
  const isThere = ({ name }: ParameterSpec): boolean => name in loaded;
  const whole = parameters.every((spec) => spec.pretrained || isThere(spec));
  return parameters.filter((spec) => !isThere(spec) || (!whole && !spec.pretrained));
}

const kinds: readonly HeadKind[] = [
  'classification',
  'regression',
  'maskedLm',
  'seq2seq',
  'vqa',
  'box',
  'matching',
  'embeddings',
];

/** Parameters of every head of a backbone: what its checkpoints may hold, whatever they were trained for. */
export function namesOfHeads(backbone: Backbone): string[] {
  const heads = kinds.map((kind) => backbone.head(kind, 1)?.parameters ?? []);
  return [...new Set(heads.flat().map(({ name }) => name))];
}

/** Class names of a config.json in label order; undefined where it names none. */
export function labelsOf(config: OpenedBackbone['backbone']['config']): string[] | undefined {
  const names = config['id2label'];
  if (typeof names !== 'object' || names === null || Array.isArray(names)) return undefined;
  const labels = Object.keys(names).map((_, index) => names[String(index)]);
  return labels.length > 0 && labels.every((label) => typeof label === 'string') ? labels : undefined;
}

function freshHead({ parameters }: Pick<Head, 'parameters'>, random: RandomSource): HostRecord {
  const plans = parameters.map((spec) => [spec.name, freshHeadPlan(spec, headCut)]);
  return drawTensors(Object.fromEntries(plans) as TensorPlans, random);
}
