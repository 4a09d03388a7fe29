import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { DemoAbout } from './demo-about.ts';
import { demoPage, demoPolicy, demoWorker, workerPolicy } from './demo-page.ts';

const about: DemoAbout = {
  title: 'mnist · 20261123-063956',
  task: 'vtab',
  input: 'image',
  labels: ['0', '1'],
  boxes: false,
  digits: false,
  runs: { where: 'browser', bytes: 1_270_000, runtime: '1.30.0' },
  limits: { imageBytes: 20_000_000, textBytes: 100_000, inputs: 16 },
};
const run = {
  recipe: 'mnist',
  backbone: 'zoo:tiny-vit',
  method: 'mdpd',
  smoke: false,
  testExamples: 10_000,
  primary: 'accuracy',
  metrics: { f1_macro: 0.5, accuracy: 0.967 },
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
/** Contents of elements of this name. */
const contents = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, 'gu'))].map(([, content]) => content!);

it('has one script and one style, which its policy names, and nothing from elsewhere', () => {
  const html = demoPage(about);
  const [data, script, ...more] = contents(html, 'script');
  expect(more).toEqual([]);
  expect(JSON.parse(data!)).toEqual(about);
  expect(demoPolicy).toContain(`script-src 'sha256-${sha256(script!)}'`);
  expect(demoPolicy).toContain(`style-src 'sha256-${sha256(contents(html, 'style')[0]!)}'`);
  expect(`${demoPolicy} ${workerPolicy}`).not.toMatch(
    /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|\*|http/u,
  );
  expect(html.replaceAll('http://127.0.0.1:7860', '')).not.toMatch(/https?:\/\/|\son\w+=|\sstyle=/u);
  expect(demoWorker).not.toMatch(/https?:\/\//u);
});

it('keeps to one policy, whatever the model is', () => {
  const scripts = (['image', 'text', 'imageText'] as const).map(
    (input) => contents(demoPage({ ...about, input, title: input }), 'script')[1],
  );
  expect(new Set(scripts).size).toBe(1);
});

const hostile = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' autofocus onfocus=alert(1) '",
  '<!--',
  ']]>',
  '\u2028',
];

it.each(hostile)('shows %j as text, wherever a stranger may have put it', (name) => {
  const plain = demoPage({ ...about, run });
  const page = demoPage({
    ...about,
    title: name,
    task: name,
    labels: hostile,
    runs: { where: 'server', why: name },
    run: { ...run, backbone: name, method: name, primary: name, metrics: { [name]: 1, other: 2 } },
  });
  const tags = (html: string): number => [...html.matchAll(/<(?:script|img|svg|!--)/gu)].length;
  expect(tags(page)).toBe(tags(plain));
  expect(page).not.toMatch(/<[^>]*\son(?:error|load|focus)=/u);
  const [data] = contents(page, 'script');
  expect((JSON.parse(data!) as DemoAbout).labels).toEqual(hostile);
});

it('says where the model runs', () => {
  expect(demoPage(about)).toContain('The model (1 MB) runs in this browser, on ONNX Runtime Web 1.30.0');
  const served = demoPage({ ...about, runs: { where: 'server', why: 'it answers in words' } });
  expect(served).toContain('runs on the server at this address, not in this browser: it answers in words.');
});

it('shows the metrics of the run, the main one first, and none of a model without one', () => {
  const html = demoPage({ ...about, run });
  expect(html).toContain('On 10,000 test examples');
  expect(html).toMatch(/<dt>accuracy<\/dt><dd>96\.7 %<\/dd><dt>f1_macro<\/dt>/u);
  expect(html).not.toContain('--smoke');
  expect(demoPage({ ...about, run: { ...run, smoke: true } })).toContain('made with <code>--smoke</code>');
  expect(demoPage(about)).toContain('It belongs to no run');
});

it('asks for what the model reads', () => {
  const has = (facts: Partial<DemoAbout>, ...ids: string[]): boolean[] => {
    const html = demoPage({ ...about, ...facts });
    return ids.map((id) => html.includes(`id="${id}"`));
  };
  const ids = ['drawing', 'file', 'text', 'second', 'form'];
  expect(has({ digits: true }, ...ids)).toEqual([true, true, false, false, false]);
  expect(has({}, ...ids)).toEqual([false, true, false, false, false]);
  expect(has({ input: 'text', sentences: [1] }, ...ids)).toEqual([false, false, true, false, true]);
  expect(has({ input: 'text', sentences: [2] }, ...ids)).toEqual([false, false, true, true, true]);
  expect(has({ input: 'imageText' }, ...ids)).toEqual([false, true, true, false, true]);
});
