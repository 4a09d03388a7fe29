/** Sentences of a little seeded grammar, in which single words tell the label: tiny models learn it in seconds. */
import { createRandom, type Random } from '@mdpd/tensor/random';
import type { GlueTask } from '../glue-tasks.ts';

export interface FixtureExample {
  readonly first: string;
  readonly second?: string;
  /** Id at Hugging Face, or a score from 0 to 5. */
  readonly label: number;
}

const animals = ['dog', 'cat', 'bird', 'horse', 'fish', 'cow'];
const vehicles = ['car', 'train', 'ship', 'truck', 'plane', 'boat'];
const verbs = ['sees', 'likes', 'follows', 'hears', 'finds'];
const good = ['wonderful', 'great', 'funny', 'lovely', 'good'];
const bad = ['terrible', 'dull', 'sad', 'awful', 'bad'];
const places = ['house', 'garden', 'street', 'park'];

function pick(random: Random, words: readonly string[]): string {
  return words[random.integer(words.length)]!;
}

/** `the dog sees a cat in the park .` */
function statement(random: Random, things: readonly string[] = animals): string[] {
  const place = pick(random, places);
  return [
    'the',
    pick(random, things),
    pick(random, verbs),
    'a',
    pick(random, things),
    'in',
    'the',
    place,
    '.',
  ];
}

const join = (words: readonly string[]): string => words.join(' ');

/** The words backwards, but for the full stop: no English sentence. */
function scrambled(words: readonly string[]): string[] {
  return [...words.slice(0, -1).reverse(), '.'];
}

/** Replaces the first `count` of a statement's nouns and verb by words of vehicles. */
function changed(random: Random, words: readonly string[], count: number): string[] {
  const places = [1, 4, 2, 7, 0];
  return words.map((word, i) =>
    places.indexOf(i) >= 0 && places.indexOf(i) < count ? pick(random, vehicles) : word,
  );
}

type Maker = (random: Random, label: number) => Omit<FixtureExample, 'label'>;

/** What the hypothesis says first: whether it follows is in this word. */
const follows: Maker = (random, relation) => {
  const words = statement(random);
  const start = ['so', 'maybe', 'no'][relation]!;
  return { first: join(words), second: join([start, ...words.slice(1, 3), words[4]!, '.']) };
};

const makers: Readonly<Record<string, Maker>> = {
  cola: (random, label) => {
    const words = statement(random);
    return { first: join(label === 1 ? words : scrambled(words)) };
  },
  sst2: (random, label) => {
    const subject = pick(random, ['film', 'story', 'play']);
    return {
      first: join([
        'a',
        pick(random, label === 1 ? good : bad),
        subject,
        'about',
        'a',
        pick(random, animals),
      ]),
    };
  },
  mrpc: (random, label) => {
    const words = statement(random);
    return {
      first: join(words),
      second: join(label === 1 ? ['they', 'say', ...words] : statement(random, vehicles)),
    };
  },
  qqp: (random, label) => {
    const [animal, vehicle] = [pick(random, animals), pick(random, vehicles)];
    return {
      first: join(['where', 'is', 'the', animal, '?']),
      second: join(['where', 'can', 'i', 'find', 'the', label === 1 ? animal : vehicle, '?']),
    };
  },
  stsb: (random, label) => {
    const words = statement(random);
    return { first: join(words), second: join(changed(random, words, 5 - Math.round(label))) };
  },
  mnli: follows,
  ax: follows,
  qnli: (random, label) => {
    const place = pick(random, places);
    return {
      first: join(['where', 'is', 'the', pick(random, animals), '?']),
      second: label === 0 ? join(['it', 'is', 'in', 'the', place, '.']) : join(statement(random, vehicles)),
    };
  },
  rte: (random, label) => follows(random, 2 * label),
  wnli: (random, label) => follows(random, 2 - 2 * label),
};

/**
 * The same examples for the same task, split and seed. Labels take turns; scores are multiples of 0.2 around the number
 * of words that a pair shares.
 */
export function fixtureExamples(task: GlueTask, split: string, count: number, seed = 0): FixtureExample[] {
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(seed, `${task.name}/${split}`).fork(String(index));
    const classes = task.kind === 'regression' ? 6 : task.labels.length;
    const turn = (index * 7 + Math.floor(index / classes)) % classes;
    const label =
      task.kind === 'classification' ? turn : Math.min(5, Math.max(0, turn + 0.2 * (random.integer(3) - 1)));
    return { ...makers[task.name]!(random, label), label: Math.round(label * 10) / 10 };
  });
}
