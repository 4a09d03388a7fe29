import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { comparePage } from './compare-page.ts';
import { reportPage } from './report-page.ts';
import { exampleScenes } from './testing/example-examples.ts';
import { exampleView } from './testing/example-view.ts';
import { bodyOf, contentOf, flat, tagsOf, unbalanced } from './testing/page-parts.ts';

const views = [exampleView(), exampleView({ seed: 1 }), exampleView({ method: 'norm', accuracy: 0.95 })];
const scenes = { ...exampleView(), examples: exampleScenes() };

describe.each([
  ['of a run', reportPage(views[0]!)],
  ['of a run on scenes', reportPage(scenes)],
  ['of many runs', comparePage(views)],
])('the page %s', (_, page) => {
  const tags = tagsOf(bodyOf(page));

  it('allows the style and the script that it has, images in itself, and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)![1];
    const hash = (name: string): string =>
      `'sha256-${createHash('sha256').update(contentOf(page, name)).digest('base64')}'`;
    expect(policy).toBe(
      `default-src 'none'; img-src data:; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('has nothing that the policy would stop, and asks nobody', () => {
    expect(tags.length).toBeGreaterThan(100);
    expect(tags.filter((tag) => /\s(style|on\w+)\s*=/i.test(tag.replace(/"[^"]*"/g, '""')))).toEqual([]);
    const links = tags.flatMap((tag) =>
      [...tag.matchAll(/\s(?:src|href|xlink:href)="([^"]*)"/g)].map(([, to]) => to!),
    );
    expect(links.filter((to) => !/^(#|data:image\/)/.test(to))).toEqual([]);
    expect(contentOf(page, 'style')).not.toMatch(/url\(|@import/);
    expect(tags.filter((tag) => /^<(script|iframe|object|embed|link|base|form)\b/i.test(tag))).toEqual([]);
  });

  it('is well formed: every element is closed, every anchor is there, ids are its own', () => {
    expect(unbalanced(bodyOf(page))).toEqual([]);
    const ids = tags.flatMap((tag) => [...tag.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!));
    expect(new Set(ids).size).toBe(ids.length);
    const anchors = tags.flatMap((tag) => [...tag.matchAll(/\shref="#([^"]*)"/g)].map(([, id]) => id!));
    expect(anchors.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('tells every picture in words', () => {
    const charts = [
      ...flat(page).matchAll(/<svg class="chart[^>]*><title>([^<]+)<\/title><desc>([^<]+)<\/desc>/g),
    ];
    expect(charts.length).toBe(tags.filter((tag) => tag.includes(' class="chart')).length);
    expect(tags.filter((tag) => tag.startsWith('<img') && !/ alt="[^"]+"/.test(tag))).toEqual([]);
    expect(tags.filter((tag) => tag.startsWith('<svg') && !/role="img"|aria-hidden/.test(tag))).toEqual([]);
  });

  it('shows no number that is none', () => {
    expect(bodyOf(page)).not.toMatch(/NaN|Infinity|undefined|\bnull\b|\[object/);
  });
});

it('is the same for the same run', () => {
  expect(reportPage(exampleView())).toBe(reportPage(exampleView()));
  expect(comparePage(views)).toBe(comparePage([...views]));
});
