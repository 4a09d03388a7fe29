/** The table of a comparison: what each row reached, and what it cost. */
import type { Spread } from '../comparison.ts';
import { formatCount, isShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { marker } from '../chart/marks.ts';
import type { Section } from '../page.ts';
import type { ComparedRow } from './compared-rows.ts';

type Finished = ComparedRow & { readonly row: NonNullable<ComparedRow['row']> };

interface Column {
  readonly name: string;
  readonly of?: 'faded' | 'side';
  readonly cell: (row: Finished['row']) => string;
}

/** Absent where no run is finished. */
export function comparisonTable(rows: readonly ComparedRow[]): Section | undefined {
  const finished = rows.filter((each): each is Finished => each.row !== undefined);
  if (finished.length === 0) return undefined;
  const columns = columnsOf(finished);
  const several = finished.some(({ row }) => row.seeds.length > 1);
  const body = html`<div class="scroll" tabindex="0" role="region" aria-label="table of the runs">
      <table>
        <thead>
          <tr>
            <th scope="col">run</th>
            ${columns.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${finished.map((each) => rowOf(each, columns))}
        </tbody>
      </table>
    </div>
    <p class="note">
      Trained: parameters of backbone and head; remain: parameters at inference; ms: median time of a
      batch.${several && ' ± is the sample standard deviation over seeds.'}
    </p>`;
  return { id: 'table', title: 'Results', body };
}

/** Columns in which no row has anything are left out. */
function columnsOf(rows: readonly Finished[]): Column[] {
  const metrics = new Set(rows.map(({ row }) => row.primary));
  const [primary] = metrics.size === 1 ? [...metrics] : [];
  const metric = (spread: Spread | null, name: string): string => {
    const text = isShare(name) ? shown(spread, 100, 2) : shown(spread, 1, 4);
    return primary === undefined && text !== '' ? `${text} ${name}` : text;
  };
  const unit = primary !== undefined && isShare(primary) ? ', %' : '';
  const name = primary ?? 'metric';
  const all: Column[] = [
    { name: 'seeds', cell: ({ seeds }) => String(seeds.length) },
    { name: `${name}${unit}, faded`, of: 'faded', cell: (row) => metric(row.faded, row.primary) },
    { name: `${name}${unit}, side`, of: 'side', cell: (row) => metric(row.side, row.primary) },
    { name: 'agreement, %', cell: ({ agreement }) => shown(agreement, 100, 1) },
    { name: 'trained', cell: ({ trained }) => formatCount(trained) },
    { name: 'remain', cell: ({ inference }) => formatCount(inference) },
    { name: 'peak MB', cell: ({ peakRssBytes }) => shown(peakRssBytes, 1e-6, 0) },
    { name: 's/step', cell: ({ secondsPerStep }) => shown(secondsPerStep, 1, 3) },
    { name: 'ms', cell: ({ fadedMs }) => shown(fadedMs, 1, 1) },
    { name: 'ms with side', cell: ({ sideMs }) => shown(sideMs, 1, 1) },
  ];
  return all.filter(({ cell }) => rows.some(({ row }) => cell(row) !== ''));
}

function shown(spread: Spread | null, scale: number, digits: number): string {
  if (spread === null) return '';
  const fixed = (value: number): string => (value * scale).toFixed(digits);
  return spread.deviation === null
    ? fixed(spread.mean)
    : `${fixed(spread.mean)} ± ${fixed(spread.deviation)}`;
}

function rowOf({ name, mark, row }: Finished, columns: readonly Column[]): Markup {
  const sign = html`<svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
    ${marker(mark, 6, 6, 4)}
  </svg>`;
  return html`<tr>
    <th scope="row">${sign} <span class="user">${name}</span>${row.smoke && ' (smoke)'}</th>
    ${columns.map(({ cell, of }) => html`<td class="number${of && html` is-${of}`}">${cell(row)}</td>`)}
  </tr>`;
}
