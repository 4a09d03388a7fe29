import { describe, expect, it } from 'vitest';
import { escapeText, html, markup } from './html.ts';

describe('html', () => {
  it('escapes every value that is not markup', () => {
    const name = `<script>alert("1")</script> & 'x' \`y\``;
    expect(html`<p title="${name}">${name}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; &#96;y&#96;">' +
        '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; &#96;y&#96;</p>',
    );
  });

  it('takes markup as it is, lists part by part, and nothing for what is not there', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`${items}${undefined}${null}${false}${0}${markup('<br>')}`.text).toBe(
      '<li>a</li><li>&lt;b&gt;</li>0<br>',
    );
    expect(html`${['<', ['>']]}`.text).toBe('&lt;&gt;');
  });

  it('writes characters out that turn text around or cannot be seen', () => {
    expect(escapeText('a\u202Eb\u2066c\u0000d\u200Fe')).toBe('a⟨U+202E⟩b⟨U+2066⟩c⟨U+0000⟩d⟨U+200F⟩e');
    expect(escapeText('line\r\n\tnext עברית 日本語 👍🏽')).toBe('line\n\tnext עברית 日本語 👍🏽');
  });
});
