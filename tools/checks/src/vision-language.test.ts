/** docs/vision-language.md stands alone, over drawn scenes in place of a user's photographs and of the benchmarks. */
import { cpSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeOwnScenes } from '@mdpd/zoo/testing/own-scenes';
import { sceneSource } from '@mdpd/zoo/scenes/scene-sources';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DocumentedWay, wordsOf } from './documented-way.ts';

const way = new DocumentedWay('docs/vision-language.md');
const at = (...names: string[]): string => join(way.folder(), ...names);
const json = (...names: string[]): unknown => JSON.parse(readFileSync(at(...names), 'utf8'));

beforeAll(async () => {
  await writeOwnScenes(way.folder(), 12);
  cpSync(at('boxes.jsonl'), at('held-out.jsonl'));
  const scenes = sceneSource('scenes', { train: 24, grounding: 0, validation: 4, test: 4 });
  renameSync(await scenes.prepare({ directory: way.folder() }), at('vqa'));
  cpSync(at('vqa'), at('gqa'), { recursive: true });
  // The generated folder has no part whose answers a server alone knows.
  cpSync(at('gqa/testdev_all_questions.json'), at('gqa/submission_all_questions.json'));
});
afterAll(() => way.remove());

it('shows tables as they are', () => {
  const rows = (name: string): string[] => readFileSync(at(name), 'utf8').split('\n');
  const shown = (language: string): string[] =>
    way.fences.filter((each) => each.language === language).map(({ body }) => body.split('\n')[0]!);
  expect(shown('csv')).toEqual([rows('questions.csv')[0]]);
  const keys = (line: string): string[] => Object.keys(JSON.parse(line) as object);
  expect(shown('json').map(keys)).toEqual(
    ['questions.jsonl', 'boxes.jsonl'].map((name) => keys(rows(name)[0]!)),
  );
});

it('has the commands of the whole way', () => {
  const verbs = way.commands.map((command) => wordsOf(command).slice(0, 3).join(' '));
  const all = ['train', 'evaluate', 'predict', 'export'].map((verb) => `npx mdpd ${verb}`);
  expect([...new Set(verbs)]).toEqual(all);
});

it.each(way.commands)('%s', { timeout: 300_000 }, async (command) => {
  const { status, stdout, stderr } = await way.run(command);
  expect(status, stderr).toBe(0);
  if (command.includes('--json')) expect(JSON.parse(stdout)).toMatchObject([{ top: { length: 5 } }]);
  if (command.includes('--draw')) expect(stdout).toMatch(/x \d+, y \d+, width \d+, height \d+/u);
});

it('reads the table as JSON lines too', { timeout: 300_000 }, async () => {
  const { status, stdout, stderr } = await way.run(
    'npx mdpd evaluate runs/questions data.test=questions.jsonl --json',
  );
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toBeTypeOf('object');
});

it('writes the files that it names', () => {
  const named = [...way.page.matchAll(/`(runs\/[\w./]+)`/gu)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(1);
  const others = ['runs/questions/model/onnx/model_quantized.onnx', 'runs/boxes/model/onnx/model.onnx'];
  for (const name of [...named, ...others, 'found/1-1.png']) expect(existsSync(at(name)), name).toBe(true);
});

it('writes what the servers read', () => {
  const { questions } = json('vqa/v2_OpenEnded_mscoco_test2015_questions.json') as { questions: unknown[] };
  const answers = json('answers/vqa_OpenEnded_mscoco_test2015_mdpd_results.json');
  expect(answers).toHaveLength(questions.length);
  expect(answers).toContainEqual({ question_id: 400_000_000, answer: expect.any(String) });
  const asked = Object.keys(json('gqa/submission_all_questions.json') as object);
  const predicted = json('answers/gqa_submission_all_predictions.json') as { questionId: string }[];
  expect(predicted.map(({ questionId }) => questionId)).toEqual(asked);
});

it('serves what predict says', { timeout: 300_000 }, async () => {
  const question = 'What shape is the green object?';
  const { stdout } = await way.run(`npx mdpd predict runs/questions "photos/1.png ${question}" --json`);
  const [{ value }] = JSON.parse(stdout) as [{ value: string }];
  await way.whileServing('serve.mjs', async (address) => {
    const ask = (body: Uint8Array<ArrayBuffer>): Promise<Response> =>
      fetch(`${address}?question=${encodeURIComponent(question)}`, { method: 'POST', body });
    const response = await ask(new Uint8Array(readFileSync(at('photos/1.png'))));
    expect(await response.json()).toEqual({ answer: value });
    expect((await ask(new Uint8Array(9))).status).toBe(400);
  });
});
