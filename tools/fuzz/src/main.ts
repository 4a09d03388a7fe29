/** `npm run fuzz`: one reader after the other; what fails is kept. */
import { cpus } from 'node:os';
import path from 'node:path';
import { createOutput, reportFailure, type Output } from '@mdpd/cli/output';
import { countsOf, keepCounts, readCounts } from './counts.ts';
import { isFailure } from './outcome.ts';
import { parseOptions, usage, type FuzzOptions } from './options.ts';
import { writeBetween } from './page.ts';
import { readers } from './readers/all.ts';
import { root } from './readers/corpus.ts';
import { runReader } from './run-reader.ts';
import { loadReplay } from './saved.ts';
import { lineOf, markdownTable } from './table.ts';

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
  let failed = false;
  for (const { name } of options.readers) {
    const begin = performance.now();
    const { outcomes, kept } = await runReader({ reader: name, seed, inputs, seconds, keep: keepIn });
    const counts = countsOf(outcomes, seed);
    keepCounts(keepIn, name, counts);
    output.answer(lineOf(name, counts, (performance.now() - begin) / 1000));
    for (const file of kept.slice(0, 20))
      output.answer(`  npm run fuzz -- --replay ${path.relative(root, file)}`);
    failed ||= outcomes.some(isFailure);
  }
  if (options.markdown) await writeBetween('fuzz', page(options));
  return failed ? 1 : 0;
}

/** The latest counts of every reader that has some of this seed. */
function page({ inputs, seed }: FuzzOptions): string {
  const all = readCounts(keepIn);
  const rows = readers.flatMap((reader) => {
    const counts = all[reader.name];
    return counts?.seed === seed ? [[reader, counts] as const] : [];
  });
  const dates = [...new Set(rows.map(([, { date }]) => date))].sort();
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
  const command = `npm run fuzz -- --inputs ${inputs} --seed ${seed} --markdown`;
  return `\`${command}\`, ${dates.join(' to ')}, ${machine}:\n\n${markdownTable(rows)}`;
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
