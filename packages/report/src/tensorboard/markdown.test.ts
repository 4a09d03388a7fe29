import { expect, it } from 'vitest';
import { escaped, literal } from './markdown.ts';

it('keeps a text as it stands in a block that nothing ends', () => {
  expect(literal('one\r\n```\n<b>\u2028# no')).toBe('    one\n    ```\n    <b>\n    # no');
});

it('lets nothing in a line mean anything', () => {
  expect(escaped('a *b* [c](d) <e>\n# f & g')).toBe('a \\*b\\* \\[c\\]\\(d\\) &lt;e&gt; \\# f &amp; g');
  expect(escaped('größer ✓ 12 | ~~~')).toBe('größer ✓ 12 &#124; &#126;&#126;&#126;');
});
