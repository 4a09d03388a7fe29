/** What is taken for what: a matrix of labels. */
import { heatLevel } from '../chart/palette.ts';
import { clip, formatCount, formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import type { ShownExamples } from '../shown-examples.ts';

type Confusion = NonNullable<ShownExamples['confusion']>;
type Matrix = readonly (readonly number[])[];

/** Labels of a matrix, at most. */
const mostLabels = 24;

/** Absent where the task has no labels to confuse. */
export function confusionSection(examples: ShownExamples | undefined): Section | undefined {
  const { confusion } = examples ?? {};
  if (confusion === undefined || confusion.labels.length === 0) return undefined;
  const { faded, side } = confusion;
  if (faded === undefined && side === undefined) return undefined;
  const both = faded !== undefined && side !== undefined;
  const body = html`<div class="choice">
    ${both && toggle}
    ${faded && html`<div class="of-faded">${both && html`<h3>Faded model</h3>`}${matrixOf(confusion, faded)}</div>`}
    ${side && html`<div class="of-side">${both && html`<h3>Side network</h3>`}${matrixOf(confusion, side)}</div>`}
    <p class="note">
      Rows are what is right, columns what was predicted; counts, shaded by their share of the row.
      ${hiddenText(confusion)}
    </p>
  </div>`;
  return { id: 'confusion', title: 'Confusion', body };
}

/** Works without a script. */
const toggle = html`<fieldset class="toggle">
  <legend>Show</legend>
  <label><input type="radio" name="confusion" class="choose-faded" checked />faded model</label>
  <label><input type="radio" name="confusion" class="choose-side" />side network</label>
  <label><input type="radio" name="confusion" />both</label>
</fieldset>`;

function hiddenText({ hiddenLabels, labels }: Confusion): string {
  const hidden = hiddenLabels + Math.max(0, labels.length - mostLabels);
  return hidden > 0 ? `${formatCount(hidden)} labels that are confused less are left out.` : '';
}

function matrixOf({ labels, hiddenLabels }: Confusion, matrix: Matrix): Markup {
  const shown = labels.slice(0, mostLabels);
  const names = shown.map((label) => clip(label, 60));
  const rows = shown.map((_, row) => shown.map((_, column) => matrix[row]?.[column] ?? 0));
  const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const right = rows.reduce((sum, row, i) => sum + row[i]!, 0);
  const all = sums.reduce((sum, value) => sum + value, 0);
  const summary =
    all > 0 ? `${formatCount(right)} of ${formatCount(all)} are right (${formatShare(right / all)}).` : '';
  const whole = hiddenLabels === 0 && labels.length <= mostLabels;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="confusion matrix">
    <table class="matrix">
      ${
        summary &&
        html`<caption>
          ${whole ? '' : 'Of the labels shown: '}${summary}
        </caption>`
      }
      <thead>
        <tr>
          <td></td>
          ${names.map((name) => html`<th scope="col" class="user">${name}</th>`)}
          <th scope="col">right</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, i) =>
            html`<tr>
              <th scope="row" class="user">${names[i]!}</th>
              ${row.map((count, column) => cellOf(count, sums[i]!, column === i))}
              <td>${sums[i]! > 0 ? formatShare(row[i]! / sums[i]!, 0) : ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cellOf(count: number, sum: number, right: boolean): Markup {
  const level = sum > 0 ? heatLevel(count / sum) : 0;
  return html`<td class="heat-${level}${right && ' right'}">${count > 0 ? formatCount(count) : ''}</td>`;
}
