/** One bar in parts that add up: where something went. */
import { formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { figure } from './figure.ts';
import { legend } from './marks.ts';
import type { Tone } from './palette.ts';

/** A part of the bar. */
export interface BarPart {
  readonly name: string;
  readonly value: number;
  readonly tone: Tone;
}

const [width, height] = [1000, 28];

/** A figure; undefined where the parts are nothing. `text` writes a value. */
export function shareBar(
  title: string,
  parts: readonly BarPart[],
  text: (value: number) => string,
): Markup | undefined {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  if (!(total > 0)) return undefined;
  let from = 0;
  const fields = parts.map(({ value, tone, name }) => {
    const [x, length] = [from, (width * value) / total];
    from += length;
    return html`<rect
      class="fill tone-${tone}"
      x="${x.toFixed(1)}"
      y="0"
      width="${Math.max(0, length - 3).toFixed(1)}"
      height="${height}"
      ><title>${name}: ${text(value)}</title></rect
    >`;
  });
  const told = parts.map(({ name, value }) => `${name} ${text(value)}, ${formatShare(value / total)}`);
  return figure({
    title,
    unit: text(total),
    description: '',
    wide: true,
    picture: html`<svg
      class="chart share-bar"
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
      role="img"
    >
      <title>${title}</title>
      <desc>${told.join('; ')}.</desc>
      ${fields}
    </svg>`,
    legend: legend(parts.map(({ tone }, i) => ({ name: told[i]!, mark: { tone }, kind: 'field' }))),
    table: {
      head: ['part', 'time', 'share'],
      rows: parts.map(({ name, value }) => [name, text(value), formatShare(value / total)]),
    },
  });
}
