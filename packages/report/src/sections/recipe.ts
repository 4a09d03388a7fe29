/** How to make it again: the command, the recipe, the machine; and what was said on the way. */
import { clip, formatCount } from '../format.ts';
import type { History } from '../history.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import type { Result } from '../result.ts';
import type { RunView } from '../run-view.ts';

/** Characters of a recipe that are shown: a list of classes may be long. */
const mostCharacters = 40_000;
const mostNotes = 100;

/** Absent where a run's recipe is lost, and it has no result. */
export function recipeSection({ command, recipeText, result }: RunView): Section | undefined {
  if (command === '' && recipeText === '' && result === undefined) return undefined;
  const body = html`<div class="stack">
    ${
      command &&
      html`<div>
        <p class="note">The command that trains it again:</p>
        <pre tabindex="0" data-copy>${clip(command, 4000)}</pre>
      </div>`
    }
    ${
      recipeText &&
      html`<details>
        <summary>The recipe, with every default written out</summary>
        <pre tabindex="0">${clip(recipeText, mostCharacters)}</pre>
      </details>`
    }
    ${result && environmentOf(result.environment)}
  </div>`;
  return { id: 'recipe', title: 'Make it again', body };
}

function environmentOf(environment: Result['environment']): Markup {
  const { node, platform, cpu, threads, versions, gitCommit, gitDirty } = environment;
  const facts: [string, string][] = [
    ['machine', `${cpu}, ${platform}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`],
    ['Node', node],
    ...(gitCommit === null
      ? []
      : [['commit', `${gitCommit}${gitDirty ? ', with changes' : ''}`] as [string, string]]),
    ...Object.entries(versions).slice(0, 60),
  ];
  return html`<details>
    <summary>The machine and the versions</summary>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt class="user">${clip(name, 120)}</dt>
            <dd class="user">${clip(value, 400)}</dd>`,
      )}
    </dl>
  </details>`;
}

/** Absent where nothing was said. */
export function notesSection({ notes }: History): Section | undefined {
  if (notes.length === 0) return undefined;
  const shown = notes.slice(0, mostNotes);
  const more = notes.length - shown.length;
  const body = html`<ol class="log">
      ${shown.map(
        ({ step, message }) =>
          html`<li>
            <span class="at">${step > 0 ? `step ${formatCount(step)}` : 'before'}</span
            ><span class="user">${clip(message, 300)}</span>
          </li>`,
      )}
    </ol>
    ${more > 0 && html`<p class="note">${formatCount(more)} more are in metrics.jsonl.</p>`}`;
  return { id: 'notes', title: 'Notes and warnings', body };
}
