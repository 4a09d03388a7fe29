/** The frame around every picture: title, legend, picture, and the same as a table. */
import { html, type Markup } from '../html.ts';

/** A table: names of columns, then rows of texts. The first column names the row. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said below it, for example that rows were left out. */
  readonly note?: string;
}

/** What stands around a picture. */
export interface Figure {
  readonly title: string;
  /** In a few words, beside the title: the unit, the scale. */
  readonly unit?: string;
  /** What the picture shows, in a sentence, for those who do not see it. */
  readonly description: string;
  readonly legend?: Markup;
  readonly picture: Markup;
  readonly table: Table;
  /** A sentence below. */
  readonly note?: string;
  readonly wide?: boolean;
  /** Has an empty line below the picture, where the script reads out values. */
  readonly readout?: boolean;
}

/** A figure with its table folded away. */
export function figure({ title, unit, legend, picture, table, note, wide, readout }: Figure): Markup {
  return html`<figure class="figure${wide ? ' wide' : ''}">
    <figcaption>
      <strong class="user">${title}</strong>${unit && html` <span class="unit">${unit}</span>`}
    </figcaption>
    ${legend}
    <div class="plot">${picture}${readout && html`<p class="readout" aria-live="polite"></p>`}</div>
    ${note && html`<p class="note">${note}</p>`}
    <details class="as-table">
      <summary>as a table<span class="unseen">: ${title}</span></summary>
      ${tableOf(table, title)}
    </details>
  </figure>`;
}

/** A table in a box of its own that scrolls sideways. `name` says what is in it, to those who do not see it. */
export function tableOf({ head, rows, note }: Table, name: string): Markup {
  const [first = '', ...others] = head;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="table: ${name}">
      <table>
        <thead>
          <tr>
            <th scope="col">${first}</th>
            ${others.map((each) => html`<th scope="col" class="number">${each}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(rowOf)}
        </tbody>
      </table>
    </div>
    ${note && html`<p class="note">${note}</p>`}`;
}

function rowOf([first = '', ...cells]: readonly string[]): Markup {
  return html`<tr>
    <th scope="row">${first}</th>
    ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
  </tr>`;
}

/** The `<svg>` of a picture of `width` × `height` units, which takes the width that there is. */
export function picture(
  { title, description }: Pick<Figure, 'title' | 'description'>,
  [width, height]: readonly [number, number],
  content: Markup,
  data?: string,
): Markup {
  return html`<svg
    class="chart"
    viewBox="0 0 ${width} ${height}"
    role="img"
    ${data !== undefined && html` data-lines="${data}"`}
  >
    <title>${title}</title>
    <desc>${description}</desc>
    ${content}
  </svg>`;
}
