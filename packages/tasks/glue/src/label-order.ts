/** Brings a task's classes and a checkpoint's id2label together: the checkpoint's own order wins. */
import { MdpdError, type JsonObject } from '@mdpd/core';
import type { GlueTask } from './glue-tasks.ts';

export interface LabelOrder {
  /** The task's class names, in the order of the outputs. */
  readonly classes: readonly string[];
  /** What the outputs are called: by the checkpoint, where it has the task's classes. */
  readonly labels: readonly string[];
}

/** Names are compared without case, hyphens, underscores and spaces: ENTAILMENT is entailment. */
function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Whether names say nothing: LABEL_0, LABEL_1, … */
function isGeneric(names: readonly string[]): boolean {
  return names.every((name, id) => name === `LABEL_${id}`);
}

/** The task's classes in the order in which `names` has them; undefined where it has others. */
export function matchLabels(
  task: Pick<GlueTask, 'labels'>,
  names: readonly string[],
): LabelOrder | undefined {
  const classes = names.flatMap(
    (name) => task.labels.find((label) => simplify(label) === simplify(name)) ?? [],
  );
  const complete = classes.length === names.length && new Set(classes).size === task.labels.length;
  return complete && names.length === task.labels.length ? { classes, labels: names } : undefined;
}

/** Class names of a config.json in the order of its ids; undefined where it names none. */
function labelsOf({ id2label }: JsonObject): string[] | undefined {
  if (typeof id2label !== 'object' || id2label === null || Array.isArray(id2label)) return undefined;
  const labels = Object.keys(id2label).map((_, id) => id2label[String(id)]);
  return labels.every((label) => typeof label === 'string') ? labels : undefined;
}

export interface LabelOrderContext {
  /** Class names of a saved model, which must be the task's. */
  readonly saved?: readonly string[];
  /** config.json of the backbone, whose class names count where they are the task's. */
  readonly config: JsonObject;
  warn(message: string): void;
}

/**
 * Order of a task's classes: a saved model's; else the checkpoint's, where its id2label has the task's classes (so that
 * its head can be taken over); else that of Hugging Face's data set. Throws DATA_CLASSES for a model of other classes.
 */
export function labelOrder(task: GlueTask, { saved, config, warn }: LabelOrderContext): LabelOrder {
  const published: LabelOrder = { classes: task.labels, labels: task.labels };
  if (saved === undefined || saved.length === 0) {
    const own = labelsOf(config);
    return (own && matchLabels(task, own)) ?? published;
  }
  const matched = matchLabels(task, saved);
  if (matched) return matched;
  if (saved.length === task.labels.length && (isGeneric(saved) || task.kind === 'regression')) {
    if (task.kind === 'classification') {
      warn(`the model calls its classes ${saved.join(', ')}: they are taken for ${task.labels.join(', ')}`);
    }
    return { classes: task.labels, labels: saved };
  }
  throw new MdpdError('DATA_CLASSES', `the model's classes are ${saved.join(', ')}`, {
    place: 'data.task',
    allowed: `${task.labels.join(', ')} for ${task.title}`,
    fix: 'name the task that the model was trained for',
    exitCode: 2,
  });
}
