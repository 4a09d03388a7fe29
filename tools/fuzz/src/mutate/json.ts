/** Mutations of JSON by its structure: another value, a key twice, a level more, and what JSON.stringify would not write. */
import type { Random } from '@mdpd/tensor/random';
import type { Mutation } from './bytes.ts';
import { hostileKeys, hostileNumbers, hostileText } from './hostile.ts';
import { chance, pick } from './pick.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Text that stands in the file as it is. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Node = Json | Raw | Node[] | Map<string, Node>;

function toNode(value: Json): Node {
  if (Array.isArray(value)) return value.map(toNode);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, each]) => [key, toNode(each)]));
  return value;
}

function write(node: Node): string {
  if (node instanceof Raw) return node.text;
  if (Array.isArray(node)) return `[${node.map((each) => write(each)).join(',')}]`;
  if (node instanceof Map)
    return `{${[...node].map(([key, each]) => `${JSON.stringify(key)}:${write(each)}`).join(',')}}`;
  return JSON.stringify(node);
}

const nested = (depth: number, open: string, close: string): Raw =>
  new Raw(open.repeat(depth) + '0' + close.repeat(depth));

function hostileNode(random: Random, old: Node): Node {
  const choices: (() => Node)[] = [
    () => new Raw(pick(random, hostileNumbers)),
    () => new Raw(pick(random, hostileNumbers)),
    () => hostileText(random),
    () => hostileText(random),
    () => null,
    () => chance(random, 0.5),
    () => [],
    () => new Map(),
    () => [old, old],
    () => [[old]],
    () => new Map([[pick(random, hostileKeys), old]]),
    () => nested(pick(random, [3, 65, 65, 5_000, 100_000]), '[', ']'),
    () => nested(pick(random, [3, 65, 5_000, 50_000]), '{"a":', '}'),
    () =>
      new Raw(
        pick(random, [
          'NaN',
          'undefined',
          '01',
          '"\\ud800"',
          '"\\u0000"',
          '{"a":1,"a":2}',
          '1.',
          '+1',
          "'x'",
          '/**/1',
          '"\t"',
        ]),
      ),
    () => new Map([['__proto__', new Map<string, Node>([['polluted', 1]])]]),
    () => Array<Node>(pick(random, [100, 20_000])).fill(pick(random, [0, '', null])),
    () => new Map(Array.from({ length: 3000 }, (_, index) => [`k${index}`, 0])),
  ];
  return pick(random, choices)();
}

type Place = readonly [container: Node[] | Map<string, Node>, key: number | string];

/** Places that are looked at: the first of a large file stand for the others. */
const mostPlaces = 3000;

/** Places in a tree that hold a value, those near the root first. */
function placesOf(root: Node): Place[] {
  const places: Place[] = [];
  const containers = [root];
  for (const container of containers) {
    if (!Array.isArray(container) && !(container instanceof Map)) continue;
    for (const [key, each] of container.entries()) {
      if (places.push([container, key]) >= mostPlaces) return places;
      containers.push(each);
    }
  }
  return places;
}

function changeMap(random: Random, map: Map<string, Node>, key: string): void {
  const value = map.get(key)!;
  const way = random.integer(6);
  if (way === 0) map.delete(key);
  else if (way === 1) {
    map.delete(key);
    map.set(pick(random, hostileKeys), value);
  } else if (way === 2) map.set(pick(random, hostileKeys), hostileNode(random, value));
  // The key twice: JSON.parse takes the last one.
  else if (way === 3)
    map.set(key, new Raw(`${write(value)},${JSON.stringify(key)}:${write(hostileNode(random, value))}`));
  else map.set(key, hostileNode(random, value));
}

function changeList(random: Random, list: Node[], index: number): void {
  const value = list[index]!;
  const way = random.integer(5);
  if (way === 0) list.splice(index, 1);
  else if (way === 1) list.splice(index, 0, ...Array<Node>(pick(random, [1, 5, 1000])).fill(value));
  else list[index] = hostileNode(random, value);
}

function changed(random: Random, root: Node): Node {
  const all = placesOf(root);
  if (all.length === 0 || chance(random, 0.02)) return hostileNode(random, root);
  // Near the root more often: there a change matters most.
  const most = Math.max(1, Math.floor(all.length * random.next() ** 2));
  const [container, key] = all[random.integer(most)]!;
  if (container instanceof Map) changeMap(random, container, key as string);
  else changeList(random, container, key as number);
  return root;
}

/** Larger files have been changed already. */
const mostBytes = 200_000;

/** Changes one to three places. What is no JSON stays. */
export const jsonMutation: Mutation = (random, bytes) => {
  if (bytes.length > mostBytes) return bytes;
  let root: Node;
  try {
    root = toNode(JSON.parse(bytes.toString('utf8')) as Json);
  } catch {
    // Nor what is too deep already.
    return bytes;
  }
  let text = '';
  // A thousand copies of what is large already would be a file of 200 MB.
  for (let count = pick(random, [1, 1, 2, 3]); count > 0 && text.length <= mostBytes; count--) {
    root = changed(random, root);
    text = write(root);
  }
  return Buffer.from(text);
};

/** Changes one line of a file of JSON objects. */
export const jsonLineMutation: Mutation = (random, bytes) => {
  const lines = bytes.toString('utf8').split('\n');
  const index = random.integer(lines.length);
  return Buffer.from(
    lines.with(index, jsonMutation(random, Buffer.from(lines[index]!)).toString('utf8')).join('\n'),
  );
};
