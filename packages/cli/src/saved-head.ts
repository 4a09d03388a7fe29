/** Which head a saved model has: what it says itself, or what Hugging Face's config.json says. */
import type { Backbone, HeadKind, JsonObject, JsonValue, Task } from '@mdpd/core';
import { labelsOf } from './initial-parameters.ts';

type TaskHead = Task['head'];
type Described = Pick<Backbone, 'config' | 'head'>;

const overTokens: readonly HeadKind[] = ['maskedLm', 'seq2seq'];
/** Kinds that `id2label` does not tell from others, or that have no labels. */
const told: readonly HeadKind[] = [...overTokens, 'vqa', 'box', 'matching', 'embeddings'];
const mostOutputs = 10_000_000;

/** What config.json keeps of a head that `id2label` does not describe. */
export function headConfig({ kind, outputs }: TaskHead): JsonObject {
  return told.includes(kind) ? { head: { kind, outputs } } : {};
}

/** The head of a saved model; undefined where config.json describes none. */
export function savedHead(backbone: Described): TaskHead | undefined {
  const { config } = backbone;
  const own = ownHead(objectOf(config['mdpd'])?.['head']);
  if (own) return own;
  const labels = labelsOf(config);
  if (labels) {
    const kind = config['problem_type'] === 'regression' ? 'regression' : 'classification';
    return { kind, outputs: labels.length };
  }
  return vocabularyHead(backbone);
}

function ownHead(saved: JsonValue | undefined): TaskHead | undefined {
  const head = objectOf(saved);
  const kind = told.find((each) => each === head?.['kind']);
  const outputs = head?.['outputs'];
  const counts = typeof outputs === 'number' && Number.isInteger(outputs) && outputs > 0;
  return kind && counts && outputs <= mostOutputs ? { kind, outputs } : undefined;
}

/** A head over the vocabulary, where `architectures` names its class. */
function vocabularyHead({ config, head }: Described): TaskHead | undefined {
  const { vocab_size: outputs, architectures } = config;
  if (typeof outputs !== 'number' || !Array.isArray(architectures)) return undefined;
  const kind = overTokens.find((each) => head(each, outputs)?.architecture === architectures[0]);
  return kind && { kind, outputs };
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
