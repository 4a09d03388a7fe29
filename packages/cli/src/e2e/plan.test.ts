/** `mdpd plan`: what is predicted beside what a training of the same recipe takes. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatPlan, type Plan } from '../plan-command.ts';
import type { Result } from '@mdpd/report/result';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
let plan: Plan;

async function planOf(...overrides: string[]): Promise<Plan> {
  const { exitCode, stdout, stderr } = await mdpdHere(
    workspace.root,
    'plan',
    'recipe.yaml',
    ...overrides,
    '--json',
  );
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Plan;
}

const methodOf = ({ methods }: Plan, name: string): Plan['methods'][number] =>
  methods.find(({ method }) => method === name)!;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 8);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 4);
  workspace.write('recipe.yaml', tinyRecipe);
  plan = await planOf();
});
afterAll(() => workspace.remove());

it('has every method that is installed, with what it trains and keeps', () => {
  expect(plan.methods.map(({ method }) => method).sort()).toEqual(
    ['bias', 'full', 'head', 'lora', 'mdpd', 'norm', 'side'].sort(),
  );
  expect(plan).toMatchObject({ method: 'head', batchSize: 6, impossible: {} });
  const [head, full] = [methodOf(plan, 'head'), methodOf(plan, 'full')];
  // 16 features and a bias for each of three classes.
  expect(head.trainableParameters).toBe(3 * 16 + 3);
  expect(full.trainableParameters).toBeGreaterThan(3000);
  // Moments of what is trained come to the weights, two numbers each.
  const weights = 4 * full.trainableParameters;
  expect(full.stateBytes).toBe(3 * weights);
  expect(head.stateBytes).toBe(weights + 2 * 4 * head.trainableParameters);
  expect(full.arenaBytes).toBeGreaterThan(head.arenaBytes);
  expect(full.steps).toBe(6);
  expect(full.totalSeconds).toBeCloseTo(6 * full.secondsPerStep, 9);
});

it('grows with the batch', async () => {
  const larger = await planOf('train.batchSize=24');
  const ratio = methodOf(larger, 'full').arenaBytes / methodOf(plan, 'full').arenaBytes;
  expect(ratio).toBeGreaterThan(2);
  expect(ratio).toBeLessThan(6);
});

it('is near what training takes, which says in result.json what was planned', async () => {
  const { exitCode, stderr } = await workspace.mdpd('train', 'recipe.yaml', '--out', 'run');
  expect(exitCode, stderr).toBe(0);
  const { memory } = JSON.parse(readFileSync(workspace.path('run/result.json'), 'utf8')) as Result;
  expect(memory.plannedBytes! / memory.peakRssBytes).toBeGreaterThan(0.7);
  expect(memory.plannedBytes! / memory.peakRssBytes).toBeLessThan(1.3);
});

it('shows a table', () => {
  const method = { ...methodOf(plan, 'head'), peakRssBytes: 5e9, secondsPerStep: 0.5, totalSeconds: 3 };
  expect(formatPlan({ ...plan, methods: [method], availableBytes: 4e9, impossible: { side: 'no' } }))
    .toMatchInlineSnapshot(`
    "Predicted for recipe.yaml: 6 steps of 6 examples.

      method  trains  peak memory  s a step  all steps
      head *      51    5.00 GB !     0.500      3.0 s

    * as in the recipe; other methods with their default settings. Evaluation takes time besides.
    ! more than the 4.00 GB that are free.
    side: not here (no)"
  `);
});
