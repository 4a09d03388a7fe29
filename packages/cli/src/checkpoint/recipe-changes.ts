/** What differs between the recipe of a run and the one that is to go on with it. */
import { MdpdError } from '@mdpd/core';
import { parse } from 'yaml';
import { leavesOf } from '@mdpd/report/leaves';

export interface RecipeChange {
  /** `train.learningRate.head` */
  readonly key: string;
  readonly before: string;
  readonly after: string;
  /** Whether a run may go on with it: it then is not the run that it would have been, but a run that makes sense. */
  readonly sound: boolean;
}

/** Settings that do not change what is learned from what, nor what the tensors are. */
const soundKeys = [
  'executor',
  'runtime',
  'plugins',
  'train.steps',
  'train.epochs',
  'train.learningRate',
  'train.weightDecay',
  'train.beta1',
  'train.beta2',
  'train.epsilon',
  'train.schedule',
  'train.warmup',
  'train.clipNorm',
  'train.spikeGuard',
  'train.labelSmoothing',
  'train.evaluateEvery',
  'train.evaluateBatchSize',
  'train.logEvery',
  'train.checkpoint',
];

/** Compares two resolved recipes, given as the texts of recipe.yaml; comments do not count. */
export function recipeChanges(before: string, after: string): RecipeChange[] {
  const old = leavesOf(parse(before));
  const now = leavesOf(parse(after));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)].map((value) => JSON.stringify(value) ?? 'not set');
    const sound = soundKeys.some((each) => key === each || key.startsWith(`${each}.`));
    return was === is ? [] : [{ key, before: was!, after: is!, sound }];
  });
}

const maximumLines = 12;

/** Throws RESUME_RECIPE_CHANGED unless there is no change, or all are sound and `force` was asked for. */
export function refuseChanges(changes: readonly RecipeChange[], place: string, force: boolean): void {
  const wrong = force ? changes.filter(({ sound }) => !sound) : changes;
  if (wrong.length === 0) return;
  const lines = wrong
    .slice(0, maximumLines)
    .map(({ key, before, after, sound }) => `\n  ${key}: ${before} → ${after}${sound ? '' : ' (never)'}`);
  const more = wrong.length > maximumLines ? `\n  and ${wrong.length - maximumLines} more` : '';
  const forced = wrong.every(({ sound }) => sound);
  throw new MdpdError(
    'RESUME_RECIPE_CHANGED',
    `the recipe is not the one of this run:${lines.join('')}${more}`,
    {
      place,
      fix: forced
        ? 'use the recipe of the run, or accept the changes from here on with --force-resume'
        : 'use the recipe of the run, or train in another folder with --out',
      exitCode: 2,
    },
  );
}
