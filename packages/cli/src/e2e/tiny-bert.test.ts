/** zoo:tiny-bert as users meet it: it fills in hidden words of sentences that are nobody's speech. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const sentences = [
  'The members of the committee have the honor to report that the work of the last year has been done.',
  'It is the duty of the government to protect the rights of the people and the peace of the country.',
  'We believe that the interest of the public will be served by a law on the subject.',
  'In the course of the year the amount of the debt was reduced by more than one million dollars.',
  'The treaty between the two countries was signed in the month of May and sent to the Senate.',
  'I am of the opinion that the question should be settled by the courts of the state.',
  'During the war the ships of the navy were at sea for most of the time.',
  'It has been said that there is no need of a new tax, and I agree with the view.',
  'The old man stood at the side of the boat and looked out over the water.',
  'All of the officers who were in the service at that time have been paid.',
];
/** Of the tokens of such sentences so many are the most frequent one: what is guessed without reading. */
const mostFrequent = 0.2;

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  // Every sentence several times: other words are hidden in each.
  const rows = Array.from({ length: 4 }, () => sentences).flat();
  workspace.write('texts.jsonl', rows.map((text) => JSON.stringify({ text })).join('\n'));
  workspace.write(
    'recipe.yaml',
    'task: mlm\ndata: { train: ./texts.jsonl, test: ./texts.jsonl, maxLength: 64 }\n' +
      'backbone: zoo:tiny-bert\nmethod: full\ntrain: { steps: 1, evaluateBatchSize: 10 }\n',
  );
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

describe('zoo:tiny-bert', () => {
  it('guesses hidden words better than one who does not read', async () => {
    const { stdout } = await succeed('evaluate', 'zoo:tiny-bert', '--recipe', 'recipe.yaml', '--json');
    const { metrics } = JSON.parse(stdout) as { metrics: { accuracy: number; perplexity: number } };
    expect(metrics.accuracy).toBeGreaterThan(mostFrequent);
    expect(metrics.perplexity).toBeLessThan(2048 / 4);
  });

  it('answers with words for [MASK]: the best of one, one each of several', async () => {
    const { stdout } = await succeed(
      ...[
        'predict',
        'zoo:tiny-bert',
        'the people of the united [MASK] .',
        'a [MASK] of the [MASK]',
        '--json',
      ],
    );
    const [one, two] = JSON.parse(stdout) as { value: string; top?: { value: string }[] }[];
    expect(one!.value).toMatch(/^\S+$/);
    expect(one!.top!.map(({ value }) => value)).toHaveLength(3);
    expect(one!.top![0]!.value).toBe(one!.value);
    expect(two!.value).toMatch(/^\S+ … \S+$/);
    expect(two!.top).toBeUndefined();
  });

  it('says what is missing where nothing is hidden', async () => {
    const { exitCode, stderr } = await workspace.mdpd('predict', 'zoo:tiny-bert', 'no question');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'error TEXT_INPUT at "no question"\n  there is no [MASK]\n  allowed: a text with [MASK] where a word is to be guessed',
    );
  });
});
