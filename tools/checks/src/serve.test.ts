/** docs/serve.md: its commands are run, and what it asks the server is asked. */
import { spawn, spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { greyPng } from '@mdpd/cli/testing/png';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DocumentedWay, wordsOf } from './documented-way.ts';
import { root, textOf } from './workspace.ts';

const way = new DocumentedWay('docs/serve.md');
const [train, serve] = way.commands.filter((command) => !/[<[]/u.test(command) && /^npx mdpd/u.test(command));
const questions = way.fences
  .filter(({ language }) => language === 'sh')
  .flatMap(({ body }) => body.trim().split('\n'));
const address = 'http://127.0.0.1:7860';

beforeAll(() => {
  symlinkSync(join(root, 'configs'), join(way.folder(), 'configs'));
  for (const name of ['seven.png', 'photo.png'])
    writeFileSync(join(way.folder(), name), greyPng(28, 28, new Uint8Array(784).fill(90)));
});
afterAll(() => way.remove());

/** Starts the server as the page does, on a port that is free, and ends it with Ctrl-C after `ask`. */
async function whileServing(target: string, ask: (address: string) => unknown): Promise<number | null> {
  const bin = join(root, 'packages/cli/bin/mdpd.js');
  const server = spawn(process.execPath, [bin, 'serve', target, '--port', '0'], { cwd: way.folder() });
  const ended = new Promise<number | null>((resolve) => server.on('close', resolve));
  const found = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const line = /^Page\s+(\S+)\/$/mu.exec(said);
      if (line) resolve(line[1]!);
    });
    void ended.then(() => reject(new Error(said)));
  });
  try {
    await ask(found);
  } finally {
    server.kill('SIGINT');
  }
  return ended;
}

/** Runs a command of the page with the address of this server instead of the usual one. */
function curl(command: string, found: string): unknown {
  expect(command).toContain(address);
  const { stdout, status } = spawnSync('sh', ['-c', command.replace(address, found)], {
    cwd: way.folder(),
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

it('trains a model and serves it', { timeout: 120_000 }, async () => {
  const { status, stderr } = await way.run(train!);
  expect(status, stderr).toBe(0);
  const [text] = questions;
  const shown = JSON.parse(way.fences.find(({ language }) => language === 'json')!.body) as Record<
    string,
    unknown
  >[];
  const exitCode = await whileServing(wordsOf(serve!).at(-1)!, (found) => {
    const answers = curl(text!, found) as Record<string, unknown>[];
    expect(Object.keys(answers[0]!)).toEqual(Object.keys(shown[0]!));
    const { input, value, top } = shown[0]!;
    expect(answers).toMatchObject([{ input, value, top: { length: (top as object[]).length } }]);
  });
  expect(exitCode).toBe(0);
});

it.each([
  ['zoo:tiny-vit', '-F image=@seven.png', { input: 'seven.png', top: { length: 5 } }],
  ['zoo:tiny-clip', '-F text=', { input: 'photo.png the red circle', value: expect.any(String) }],
] as [string, string, object][])(
  'asks %s with an image',
  { timeout: 120_000 },
  async (target, part, expected) => {
    const command = questions.find((each) => each.replaceAll("'", '').includes(part));
    expect(
      await whileServing(target, (found) => expect(curl(command!, found)).toMatchObject([expected])),
    ).toBe(0);
  },
);

it('says how to get the package that is optional', () => {
  const { peerDependencies } = JSON.parse(textOf('packages/cli/package.json')) as {
    peerDependencies: Record<string, string>;
  };
  const command = way.commands.find((each) => each.startsWith('npm install'));
  expect(command).toBe(`npm install onnxruntime-web@${peerDependencies['onnxruntime-web']}`);
});
