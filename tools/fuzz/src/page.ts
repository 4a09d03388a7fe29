/** Figures in docs/reliability.md: what stands between two comments is written by commands. */
import { readFileSync, writeFileSync } from 'node:fs';
import { MdpdError } from '@mdpd/core/errors';
import { format, resolveConfig } from 'prettier';
import { root } from './readers/corpus.ts';

const file = `${root}/docs/reliability.md`;

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. Throws FUZZ_PAGE. */
export async function writeBetween(name: string, text: string): Promise<void> {
  const page = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new MdpdError('FUZZ_PAGE', `the page has no ${begin} … ${end}`, { place: file });
  const changed = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
  writeFileSync(file, await format(changed, { ...(await resolveConfig(file)), filepath: file }));
}
