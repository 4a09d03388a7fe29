import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntities, htmlText } from './html-text.ts';

describe('htmlText', () => {
  it.each([
    ['<p>one</p><p>two<br>three</p>', '\none\n\ntwo\nthree\n'],
    ['a<b>b</b>c <td>d</td><td>e</td>', 'abc  d  e '],
    ['<HEAD><TITLE>t</TITLE></HEAD>x<script>var a = "<p>";</script>y<style>p {}</style>z', 'xyz'],
    ['a<!-- <p>hidden</p> -->b<!doctype html>c', 'abc'],
    ['1 < 2 <3 &lt;p&gt;', '1 < 2 <3 <p>'],
    ['<a href="x>y">z</a>', 'y">z'],
    ['cut <p of', 'cut \n'],
    ['<script>never closed', 'never closed'],
  ])('makes of %j what one reads', (html, text) => {
    expect(htmlText(html)).toBe(text);
  });

  it('decodes characters by name and number, and leaves others', () => {
    expect(
      decodeEntities('caf&eacute; &#8364;&#x20AC &AMP;&nbsp;&constructor; &bogus; &#0; &#xD800; AT&T'),
    ).toBe('café €€ & &constructor; &bogus;   AT&T');
  });

  it('takes any text, and keeps what has no markup', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => typeof htmlText(text) === 'string'));
    const plain = fc.string().filter((text) => !/[<&]/.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(htmlText(text)).toBe(text);
      }),
    );
  });

  it('is fast whatever is in it', () => {
    for (const piece of ['<', '<!--', '<script>', '<p ', '&#', '</']) {
      const start = performance.now();
      htmlText(piece.repeat(20_000));
      expect(performance.now() - start).toBeLessThan(3000);
    }
  });
});
