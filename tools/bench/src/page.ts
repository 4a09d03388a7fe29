/** Writes the table into docs/performance.md, between its markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { MdpdError } from '@mdpd/core/errors';
import { format, resolveConfig } from 'prettier';

export const begin = '<!-- figures: written by the command above, do not edit -->';
export const end = '<!-- end of figures -->';

/** `page` with `text` between the markers. Throws BENCH_PAGE where they are not there. */
export function withFigures(page: string, text: string, file: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new MdpdError('BENCH_PAGE', 'there is no place for the table', {
      place: file,
      fix: `put two lines where it should stand: ${begin} and ${end}`,
    });
  }
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

export async function writePage(file: string, text: string): Promise<void> {
  const page = withFigures(readFileSync(file, 'utf8'), text, file);
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), parser: 'markdown' }));
}
