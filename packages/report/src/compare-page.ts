/** Many runs on one page. */
import { formatCount } from './format.ts';
import { html, type Markup } from './html.ts';
import { pageOf, type Section } from './page.ts';
import { backboneText, dataText } from './recipe-facts.ts';
import type { RunView } from './run-view.ts';
import { comparedCurves } from './sections/compared-curves.ts';
import { comparedRows, type ComparedRow } from './sections/compared-rows.ts';
import { comparisonTable } from './sections/comparison-table.ts';
import { paretoSection } from './sections/pareto.ts';
import { recipeDiffSection } from './sections/recipe-diff.ts';

/**
 * The comparison of runs, finished or not: HTML that asks nobody for anything, the same for the same views. Runs that
 * differ only by their seed share a row; names of runs are taken to be different.
 */
export function comparePage(views: readonly RunView[]): string {
  const rows = comparedRows(views);
  const sections: (Section | undefined)[] = [
    comparisonTable(rows),
    paretoSection(rows),
    comparedCurves(rows),
    recipeDiffSection(views),
    runsSection(rows),
  ];
  return pageOf({
    title: `${views.length} runs · mdpd`,
    head: headOf(views, rows),
    sections: sections.filter((section) => section !== undefined),
  });
}

function headOf(views: readonly RunView[], rows: readonly ComparedRow[]): Markup {
  const unfinished = views.filter(({ result }) => result === undefined).length;
  const smoke = views.filter(({ result }) => result?.smoke).length;
  const many = (count: number, one: string, more: string): string =>
    `${formatCount(count)} ${count === 1 ? one : more}`;
  return html`<p class="kicker">comparison</p>
    <h1>${many(views.length, 'run', 'runs')}</h1>
    <p class="lead user">
      ${listed(views.map(backboneText))} trained on ${listed(views.map(({ recipe }) => dataText(recipe)))}, in
      ${many(rows.length, 'way', 'ways')}.
    </p>
    ${unfinished > 0 && html`<p class="state running">${many(unfinished, 'run is', 'runs are')} not finished: in curves and recipes, not in the results</p>`}
    ${smoke > 0 && html`<p class="state smoke">${many(smoke, 'is a smoke run', 'are smoke runs')}: the numbers mean nothing</p>`}`;
}

/** Up to three different ones, and how many more there are. */
function listed(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  const more = all.length - 3;
  return all.slice(0, 3).join('; ') + (more > 0 ? ` and ${more} more` : '');
}

/** Which runs are in which row. */
function runsSection(rows: readonly ComparedRow[]): Section {
  const body = html`<dl class="facts">
    ${rows.map(
      ({ name, views }) =>
        html`<dt class="user">${name}</dt>
          <dd class="user">${views.map((view) => view.name + stateOf(view)).join(', ')}</dd>`,
    )}
  </dl>`;
  return { id: 'runs', title: 'The runs', body };
}

function stateOf({ result, failure }: RunView): string {
  if (result) return '';
  return failure ? ` (failed: ${failure.code})` : ' (not finished)';
}
