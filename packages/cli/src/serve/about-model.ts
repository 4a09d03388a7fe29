/** What the page and its visitors are told of a model. Paths of this machine are none of it. */
import path from 'node:path';
import { MdpdError } from '@mdpd/core';
import type { DemoAbout } from '@mdpd/report/demo/demo-about';
import { inputKindOf } from '../input-kind.ts';
import { openFolder } from '../backbone-reference.ts';
import type { Predictor } from '../predictor.ts';
import type { Registry } from '@mdpd/core';
import type { Target } from '../target.ts';
import type { BrowserModel } from './browser-model.ts';
import { limits } from './served-input.ts';

/** What was found out while the server started. */
export interface AboutParts {
  readonly target: Target;
  readonly registry: Registry;
  readonly predictor: Pick<Predictor, 'task'>;
  readonly browser: BrowserModel;
  /** Version of ONNX Runtime for browsers; undefined where the server runs the model. */
  readonly runtime: string | undefined;
}

/** Facts about the model; opens nothing but its configuration. */
export async function aboutModel(parts: AboutParts): Promise<DemoAbout> {
  const { target, registry, predictor, browser, runtime } = parts;
  const { task } = predictor;
  const result = target.run?.result;
  const input = result?.input ?? (await kindOf(target, registry));
  return {
    title: titleOf(target),
    task: task.name,
    input,
    labels: task.labels,
    ...(input === 'text' ? { sentences: await sentencesOf(task) } : {}),
    boxes: task.head.kind === 'box',
    digits: input === 'image' && task.labels.length === 10 && task.labels.every((each) => /^\d$/u.test(each)),
    runs:
      'why' in browser
        ? { where: 'server', why: browser.why }
        : { where: 'browser', bytes: browser.bytes, runtime: runtime! },
    ...(result
      ? {
          run: {
            recipe: result.recipe,
            backbone: result.backbone,
            method: result.method,
            smoke: result.smoke,
            testExamples: result.testExamples,
            primary: result.metrics.primary,
            metrics: result.metrics.faded ?? result.metrics.side ?? {},
          },
        }
      : {}),
    limits,
  };
}

/** The last part of a name that says something: of `runs/mnist/20261123-063956/model` the run's. */
function titleOf({ name, run }: Target): string {
  if (!run) return path.basename(path.resolve(name));
  const folder = path.basename(run.folder);
  return folder === run.result.recipe ? folder : `${run.result.recipe} · ${folder}`;
}

/** A side network stands over the backbone that its recipe names, which results always know. */
async function kindOf({ folder, name, kind }: Target, registry: Registry): Promise<DemoAbout['input']> {
  if (kind === 'side') return 'image';
  return inputKindOf(openFolder(folder, name, registry).backbone);
}

/** How many texts an input may have: the task is asked, which alone knows. */
async function sentencesOf(task: Predictor['task']): Promise<number[]> {
  const read: number[] = [];
  for (const [index, input] of ['a', 'a\tb'].entries()) {
    const refused = await task.encode([input]).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (refused === undefined) read.push(index + 1);
    else if (!(refused instanceof MdpdError)) throw refused;
  }
  return read.length > 0 ? read : [1];
}
