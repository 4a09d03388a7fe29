/** `npm run fuzz`: one reader after the other; what fails is kept. */
import { cpus } from 'node:os';
import path from 'node:path';
import { createOutput, reportFailure, type Output } from '@mdpd/cli/output';
import { isFailure } from './outcome.ts';
import { parseOptions, usage, type FuzzOptions } from './options.ts';
import { writeBetween } from './page.ts';
import { readers } from './readers/all.ts';
import { root } from './readers/corpus.ts';
import { runReader } from './run-reader.ts';
import { loadReplay } from './saved.ts';
import { lineOf, markdownTable, type ReaderResult } from './table.ts';

const keepIn = path.join(root, 'runs', 'fuzz');

/** Returns the exit code: 0 nothing failed, 1 something did, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const output = createOutput({ json: false });
  try {
    const options = parseOptions(args, readers);
    if (options.help) output.answer(usage(readers));
    else if (options.replay !== undefined) return await replay(options.replay, output);
    else return await fuzz(options, output);
    return 0;
  } catch (error) {
    return reportFailure(error, output);
  }
}

async function fuzz(options: FuzzOptions, output: Output): Promise<number> {
  const { inputs, seed, seconds } = options;
  const results: ReaderResult[] = [];
  for (const reader of options.readers) {
    const begin = performance.now();
    const { outcomes, kept } = await runReader({ reader: reader.name, seed, inputs, seconds, keep: keepIn });
    const result = { reader, outcomes, seconds: (performance.now() - begin) / 1000 };
    results.push(result);
    output.answer(lineOf(result));
    for (const file of kept.slice(0, 20))
      output.answer(`  npm run fuzz -- --replay ${path.relative(root, file)}`);
  }
  if (options.markdown) await writeBetween('fuzz', page(options, results));
  return results.some(({ outcomes }) => outcomes.some(isFailure)) ? 1 : 0;
}

function page({ inputs, seed }: FuzzOptions, results: readonly ReaderResult[]): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
  return `\`npm run fuzz -- --inputs ${inputs} --seed ${seed} --markdown\`, ${date}, ${machine}:\n\n${markdownTable(results)}`;
}

async function replay(file: string, output: Output): Promise<number> {
  const { reader, seed, index, outcome } = loadReplay(file);
  const { outcomes } = await runReader({ reader, seed, inputs: 1, replay: path.resolve(file) });
  const [again] = outcomes;
  output.answer(
    `${reader}, input ${index} of seed ${seed}\nbefore: ${outcome.kind} ${outcome.detail ?? ''}\nnow:    ${again!.kind} ${again!.detail ?? ''}`,
  );
  return isFailure(again!) ? 1 : 0;
}
