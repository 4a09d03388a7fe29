/** The page's scripts: no modules of this package, but files that a browser reads as they are. */
import { readFileSync } from 'node:fs';

/** One script: each of them uses what those before it declare. */
const parts = ['server', 'answer', 'browser-model', 'drawing', 'image-input', 'asking', 'page'] as const;

function read(name: string): string {
  // The sources are published beside what is built of them.
  return readFileSync(new URL(`../../src/demo/browser/${name}.js`, import.meta.url), 'utf8');
}

/** The script of the page. */
export function demoScript(): string {
  const text = parts.map(read).join('\n');
  // Nothing of ours may end the element that it stands in.
  if (/<\/script|<!--/iu.test(text)) throw new Error('a script of the page would end its own element');
  return `\n${text}`;
}

/** The script of the thread in which the model runs, an ES module. */
export function workerScript(): string {
  return read('worker');
}
