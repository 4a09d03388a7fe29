/** Mutations of YAML: aliases of aliases, anchors of themselves, tags, keys that are no text, depth. */
import { splice, type Mutation } from './bytes.ts';
import { hostileKeys, hostileNumbers, hostileText } from './hostile.ts';
import { pick } from './pick.ts';

/** Nine aliases in each of `levels`: 9^levels values of a few hundred bytes. */
function laughs(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < levels; level++)
    lines.push(
      `a${level}: &a${level} [${Array<string>(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  return `${lines.join('\n')}\n`;
}

const snippets: readonly (() => string)[] = [
  () => laughs(9),
  () => laughs(3),
  () => laughs(30),
  () => 'b: &b {c: *b}\n',
  () => '<<: *nobody\n',
  () => 'd: &d\n  e: 1\nf:\n  <<: *d\n  <<: [*d, *d]\n',
  () => `g: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`,
  () => `g: ${'['.repeat(3_000)}\n`,
  () => `g: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`,
  () => `${Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n')}\n`,
  () => `${'- '.repeat(20_000)}x\n`,
  () => `${'? '.repeat(5_000)}x\n`,
  () => 'h: !!js/function "function () { process.exit() }"\n',
  () => 'h: !!python/object/apply:os.system ["touch /tmp/x"]\n',
  () => 'h: !include ../canary/canary\n',
  () => 'include: ../canary/canary\nextends: /etc/passwd\n',
  () => 'h: !!binary aGVsbG8=\ni: !!set {a, b}\nj: !!omap [a: 1]\nk: !!timestamp 2001-12-14\n',
  () => '? [a, b]\n: 1\n',
  () => '? {a: 1}\n: 1\n',
  () => '%YAML 9.9\n---\n',
  () => '%TAG ! tag:example.org,2000:\n---\n',
  () => '---\na: 1\n---\nb: 2\n...\n',
  () => `l: |9\n  x\n`,
  () => `m: "${'\\u0000'.repeat(100)}\\ud800"\n`,
  () => `n: ${'a'.repeat(990_000)}\n`,
  () => `${Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n')}\n`,
  () => `o: [${'1, '.repeat(200_000)}1]\n`,
  () => `p: ${'&a '.repeat(1000)}1\n`,
  () => `q: ${'!x '.repeat(1000)}1\n`,
  () => `r: "${'\\\n'.repeat(100_000)}"\n`,
  () => `${'#'.repeat(500_000)}\n`,
  () => `s: ${"'".repeat(300_001)}\n`,
  () => `t: >\n${' \n'.repeat(200_000)}`,
];

const snippet: Mutation = (random, bytes) => {
  const text = bytes.toString('utf8');
  const ends = [0, text.length, ...[...text.matchAll(/\n(?=\S)/gu)].map(({ index }) => index + 1)];
  const point = pick(random, ends);
  return Buffer.from(text.slice(0, point) + pick(random, snippets)() + text.slice(point));
};

/** The value behind a colon, or the key before it. */
const value: Mutation = (random, bytes) => {
  const text = bytes.toString('utf8');
  const found = [...text.matchAll(/([\w.-]+): *([^\n]*)/gu)];
  if (found.length === 0) return bytes;
  const { index, 0: whole, 1: key, 2: old } = pick(random, found);
  const values = [
    pick(random, hostileNumbers),
    JSON.stringify(hostileText(random)),
    hostileText(random),
    '*a',
    '&a',
    '~',
    '!!int x',
    '0x7fffffffffffffff',
    '0o17',
    '.nan',
    '.inf',
    '1_000',
    '{}',
    '[]',
    `{${old!}: 1}`,
    `[${old!}, ${old!}]`,
    '2001-01-01',
    '"\\x',
  ];
  const made =
    random.integer(4) === 0 ? `${pick(random, hostileKeys)}: ${old!}` : `${key!}: ${pick(random, values)}`;
  return splice(
    bytes,
    Buffer.byteLength(text.slice(0, index)),
    Buffer.byteLength(text.slice(0, index + whole.length)),
    Buffer.from(made),
  );
};

const indent: Mutation = (random, bytes) => {
  const lines = bytes.toString('utf8').split('\n');
  const index = random.integer(lines.length);
  return Buffer.from(
    lines.with(index, pick(random, [' ', '  ', '\t', '- ', '', '? ']) + lines[index]!.trimStart()).join('\n'),
  );
};

export const yamlMutations: readonly Mutation[] = [value, value, value, indent, snippet];
