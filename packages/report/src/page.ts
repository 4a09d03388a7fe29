/** The page around the sections: one file that asks nobody for anything. */
import { createHash } from 'node:crypto';
import { html, markup, type Markup } from './html.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** A part of the page with a title of its own. */
export interface Section {
  /** Of the anchor. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** What a page is made of. */
export interface Page {
  readonly title: string;
  /** Stands above everything, with the page's `<h1>`. */
  readonly head: Markup;
  readonly sections: readonly Section[];
}

/** Bytes that a page may have. */
export const mostPageBytes = 2_000_000;

/** The whole file. Its policy allows the script and the style that are in it by their SHA-256, images in `data:`, and nothing else. */
export function pageOf({ title, head, sections }: Page): string {
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${verbatim('style', style)}
      </head>
      <body>
        <a class="skip" href="#content">to the content</a>
        <div class="page">
          <nav class="contents" aria-label="contents">
            <ul>
              ${sections.map((each) => html`<li><a href="#${each.id}">${each.title}</a></li>`)}
            </ul>
          </nav>
          <main id="content">
            <header>${head}</header>
            ${sections.map(sectionOf)}
          </main>
        </div>
        ${verbatim('script', script)}
      </body>
    </html> `;
  return page.text;
}

/** Not in the template: its hash is of every character between the tags. */
function verbatim(name: 'style' | 'script', text: string): Markup {
  return markup(`<${name}>${text}</${name}>`);
}

function sectionOf({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
