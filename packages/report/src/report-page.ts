/** report.html: everything that is known of a run, in one file. */
import { readHistory } from './history.ts';
import { mostPageBytes, pageOf, type Section } from './page.ts';
import type { RunView } from './run-view.ts';
import { confusionSection } from './sections/confusion.ts';
import { curvesSection } from './sections/curves.ts';
import { gallerySection } from './sections/gallery.ts';
import { headOf, titleOf } from './sections/head.ts';
import { layersSection } from './sections/layers.ts';
import { notesSection, recipeSection } from './sections/recipe.ts';
import { sizeSection } from './sections/size.ts';
import { timeSection } from './sections/time.ts';
import { verdictSection } from './sections/verdict.ts';

/**
 * The page of a run, finished or not: HTML that asks nobody for anything, the same for the same view, at most
 * 2,000,000 bytes. Images that do not fit are left out with a word.
 */
export function reportPage(view: RunView): string {
  const history = readHistory(view.records);
  const head = headOf(view, history);
  const before = there([
    verdictSection(view),
    curvesSection(history, view.result?.metrics.primary),
    timeSection(view, history),
    layersSection(history),
    confusionSection(view.examples),
  ]);
  const after = there([sizeSection(view.result), recipeSection(view), notesSection(history)]);
  const written = (gallery: Section | undefined): string =>
    pageOf({ title: `${titleOf(view)} · mdpd`, head, sections: [...before, ...there([gallery]), ...after] });
  // Everything but the examples is as large as it is: they have what is left.
  const bare = written(undefined);
  const gallery = gallerySection(view.examples, mostPageBytes - Buffer.byteLength(bare));
  return gallery ? written(gallery) : bare;
}

function there(sections: readonly (Section | undefined)[]): Section[] {
  return sections.filter((section) => section !== undefined);
}
