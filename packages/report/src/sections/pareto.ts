/** What accuracy costs: memory in training, time at inference. */
import { paretoChart, type ParetoChart, type ParetoPoint } from '../chart/pareto-chart.ts';
import type { ComparisonRow, Spread } from '../comparison.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';
import { unitOfMetric, units } from '../units.ts';
import type { ComparedRow } from './compared-rows.ts';

/** Absent where there are less than two finished rows of one metric. Rows of other metrics are left out. */
export function paretoSection(rows: readonly ComparedRow[]): Section | undefined {
  const primary = rows.find(({ row }) => row !== undefined)?.row?.primary;
  if (primary === undefined) return undefined;
  const own = rows.filter(({ row }) => row?.primary === primary);
  const chart = (title: string, cost: ParetoChart['cost'], read: (row: ComparisonRow) => Spread | null) =>
    paretoChart({
      title,
      cost,
      gain: { name: primary, unit: unitOfMetric(primary) },
      points: own.flatMap(({ name, mark, row }): ParetoPoint[] => {
        const [costs, gain] = [read(row!), row!.faded ?? row!.side];
        return costs && gain ? [{ name, mark, cost: costs, gain }] : [];
      }),
    });
  const pictures = [
    chart(
      `${primary} against memory in training`,
      { name: 'peak memory', unit: units.megabytes },
      ({ peakRssBytes }) => peakRssBytes,
    ),
    chart(
      `${primary} against time at inference`,
      { name: 'time of a batch', unit: units.milliseconds },
      ({ faded, fadedMs, sideMs }) => (faded === null ? sideMs : fadedMs),
    ),
  ].filter((picture) => picture !== undefined);
  if (pictures.length === 0) return undefined;
  const left = rows.filter(({ row }) => row !== undefined && row.primary !== primary).length;
  const body = html`<div class="columns">${pictures}</div>
    ${left > 0 && html`<p class="note">Rows of other metrics than ${primary} are left out: ${left}.</p>`}`;
  return { id: 'pareto', title: 'What it costs', body };
}
