import { describe, expect, it } from 'vitest';
import { flat } from '../testing/page-parts.ts';
import type { ShownExamples } from '../shown-examples.ts';
import { exampleExamples, exampleScenes } from '../testing/example-examples.ts';
import { gallerySection } from './gallery.ts';

const text = (examples: ShownExamples, bytes = 1e6): string =>
  flat(gallerySection(examples, bytes)!.body.text);
const groups = (markup: string): string[] =>
  [...markup.matchAll(/aria-hidden="true">(.)<\/span>([^<]*)</g)].map(
    ([, sign, title]) => `${sign} ${title}`,
  );

describe('gallery', () => {
  it('has a group for every kind, each with a sign', () => {
    const markup = text(exampleExamples());
    expect(groups(markup)).toEqual(['✓ Right', '✗ Wrong', '↑ Mended by fading', '↓ Broken by fading']);
    expect(markup).toContain('9,583: the faded model is right');
    expect(markup.match(/<img /g)).toHaveLength(32);
  });

  it('draws boxes in the pixels of the image', () => {
    const markup = text(exampleScenes());
    expect(markup).toContain('<svg viewBox="0 0 640 480" preserveAspectRatio="none"');
    expect(markup).toContain('<rect class="box expected" x="210" y="160" width="220" height="160" />');
    expect(markup).toContain('<rect class="box predicted" x="200" y="150" width="230" height="180" />');
    expect(markup).toContain('class="box by-side"');
    expect(text(exampleExamples())).not.toContain('class="box');
  });

  it('shows questions and answers, alone where there is no side network', () => {
    const shown = [
      {
        kind: 'wrong' as const,
        index: 5,
        texts: ['What is <b>it</b>?'],
        expected: 'a cat',
        faded: { value: 'a dog', probability: 0.514 },
      },
    ];
    const markup = text({ split: 'val', examples: 1, shown });
    expect(markup).toContain('What is &lt;b&gt;it&lt;/b&gt;?</p>');
    expect(markup).toContain(
      '<dt class="is-faded">predicted</dt><dd><span class="user">a dog</span><span class="probability">51 %</span></dd>',
    );
    expect(markup).toContain('the model is wrong');
    expect(markup).toContain('class="cards of-text"');
  });

  it('is of one model where there is one: of a side network that is kept', () => {
    const [{ side, ...first }] = exampleScenes().shown as [ReturnType<typeof exampleScenes>['shown'][0]];
    const markup = text({ split: 'val', examples: 1, shown: [{ ...first, faded: undefined, side }] });
    expect(markup).toContain('the model is right');
    expect(markup).toContain('<dt class="is-side">predicted</dt>');
    expect(markup).not.toContain('by-side');
  });

  it('leaves images out that do not fit, and has no box that is no box', () => {
    const image = { source: `data:image/png;base64,${'A'.repeat(3000)}`, width: 9, height: 9 };
    const { shown, ...rest } = exampleExamples();
    const some = text({ ...rest, shown: shown.map((each) => ({ ...each, image })) }, 22_000);
    expect(some.match(/<img /g)!.length).toBeGreaterThan(1);
    expect(some.match(/image left out/g)!.length).toBeGreaterThan(1);
    expect(some.length).toBeLessThan(22_000);
    expect(text(exampleExamples(), 0)).not.toContain('<li');
    const [first] = exampleScenes().shown;
    const broken = { ...first!, expectedBox: [1, 2, Number.NaN, 3] as [number, number, number, number] };
    expect(text({ split: 's', examples: 1, shown: [broken] })).not.toMatch(
      /NaN|<rect class="box expected" x="1"/,
    );
  });

  it('is not there without examples', () => {
    expect(gallerySection(undefined, 1)).toBeUndefined();
    expect(gallerySection({ split: 's', examples: 3, shown: [] }, 1)).toBeUndefined();
  });
});
