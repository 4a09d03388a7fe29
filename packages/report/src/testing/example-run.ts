/** A small finished run, and the event file that is made of it at times that are always the same. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recipeSchema, stringifyRecipe, type RunRecord } from '@mdpd/core';
import { EventReporter } from '../tensorboard/event-reporter.ts';

/** Where the records of the run and what TensorBoard reads from its events are kept. */
export const oracles = fileURLToPath(new URL('../tensorboard/oracles/', import.meta.url));
/** Name of the event file. */
export const eventFile = 'events.out.tfevents.0.mdpd';
/** When the run begins, in seconds since 1970: a time of float64 with all its digits. */
export const began = 1_795_000_000.125;

/** The lines of metrics.jsonl. */
export const exampleRecords = (): RunRecord[] =>
  readFileSync(path.join(oracles, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunRecord);

/** Its recipe, with every default. */
export const exampleRecipe = recipeSchema.parse({
  task: 'vtab',
  data: { train: './photos/train', test: './photos/test' },
  backbone: 'zoo:tiny-vit',
  method: { name: 'mdpd', side: { reductionFactor: 8, gates: true }, layers: [1, 2] },
  train: { steps: 6, batchSize: 50 },
});

/** recipe.yaml. */
export const exampleRecipeText = stringifyRecipe(exampleRecipe, 'mdpd train photos.yaml\n<b>as resolved</b>');

/** A run in a folder, told record by record: half a second apart. */
export class ExampleRun {
  readonly folder: string;
  readonly file: string;
  private readonly reporter: EventReporter;
  private milliseconds: number;

  /** @param kept - records that metrics.jsonl has when the run begins, or goes on */
  constructor(folder: string, kept: readonly RunRecord[] = [], at: number = began) {
    this.folder = folder;
    this.file = path.join(folder, eventFile);
    this.milliseconds = 1000 * at;
    mkdirSync(folder, { recursive: true });
    const metrics = path.join(folder, 'metrics.jsonl');
    writeFileSync(metrics, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
    this.reporter = new EventReporter({
      file: this.file,
      metrics,
      result: path.join(folder, 'result.json'),
      examples: path.join(folder, 'examples.json'),
      recipe: exampleRecipe,
      recipeText: exampleRecipeText,
      // Of what is no PNG nothing can be made here.
      toPng: (image) => Promise.resolve(image[1] === 0x50 ? image : undefined),
      now: () => this.milliseconds,
    });
  }

  tell(records: readonly RunRecord[]): void {
    for (const record of records) {
      this.milliseconds += 500;
      this.reporter.record(record);
    }
  }

  /** @param finished - whether there is a result */
  async end(finished: boolean): Promise<void> {
    if (finished)
      for (const name of ['result.json', 'examples.json'])
        copyFileSync(path.join(oracles, name), path.join(this.folder, name));
    this.milliseconds += 500;
    await this.reporter.close();
  }
}

/** Makes the whole run in a folder, as the oracle script reads it; with metrics.jsonl as it ends. */
export async function writeExampleRun(folder: string): Promise<void> {
  const run = new ExampleRun(folder);
  run.tell(exampleRecords());
  await run.end(true);
  cpSync(path.join(oracles, 'metrics.jsonl'), path.join(folder, 'metrics.jsonl'));
}
