/** Checks of a task's data sets and of what it encodes for predictions. */
import {
  formatError,
  MdpdError,
  type Batch,
  type Dataset,
  type HostRecord,
  type InputSpec,
  type LoadOptions,
} from '@mdpd/core';
import { sizeOf } from '@mdpd/tensor/host';
import { ensure, type Check } from '../check.ts';
import { differingNames } from '../differences.ts';
import { exampleOf, sameExample } from './padded.ts';
import { plainly, range, type TaskSubject } from './subject.ts';

const varied: LoadOptions = { augment: true, seed: 1, epoch: 2, view: 1 };

function splitsOf({ task }: TaskSubject): [string, Dataset][] {
  return Object.entries(task.splits);
}

/** `3, ≤128`: B, then the axes of the input. */
function wantedShape(count: number, { shape, variable = [] }: InputSpec): string {
  return [count, ...shape.map((length, axis) => (variable.includes(axis) ? `≤${length}` : length))].join(
    ', ',
  );
}

/** Whether a batch of `count` has the input's shape; variable axes may be shorter. */
function fits(
  [batch, ...own]: readonly number[],
  count: number,
  { shape, variable = [] }: InputSpec,
): boolean {
  const right = (length: number, axis: number): boolean =>
    variable.includes(axis) ? length >= 1 && length <= shape[axis]! : length === shape[axis];
  return batch === count && own.length === shape.length && own.every(right);
}

function ensureBatch(
  { inputs }: TaskSubject,
  { size, input, target }: Batch,
  count: number,
  what: string,
): void {
  ensure(size === count, `${what}: a batch of ${count} says it has ${size} examples`);
  const names = (record: object): string => Object.keys(record).sort().join(', ');
  ensure(
    names(input) === names(inputs),
    `${what}: the inputs are ${names(input)} instead of ${names(inputs)}`,
  );
  for (const [name, tensor] of Object.entries(input)) {
    const spec = inputs[name]!;
    const { dtype } = spec;
    ensure(
      fits(tensor.shape, count, spec),
      `${what}: ${name} has shape [${tensor.shape.join(', ')}] instead of [${wantedShape(count, spec)}]`,
    );
    ensure(tensor.dtype === dtype, `${what}: ${name} has type ${tensor.dtype} instead of ${dtype}`);
  }
  for (const [name, tensor] of Object.entries({ ...input, ...target })) {
    ensure(tensor.shape[0] === count, `${what}: ${name} has ${tensor.shape[0]} examples instead of ${count}`);
    ensure(tensor.data.length === sizeOf(tensor.shape), `${what}: ${name} has values beyond its shape`);
    ensure(tensor.data.every(Number.isFinite), `${what}: ${name} has values that are not finite`);
  }
}

async function checkBatches(subject: TaskSubject): Promise<void> {
  ensure(subject.task.splits.train !== undefined, 'has no training split');
  for (const [name, dataset] of splitsOf(subject)) {
    ensure(Number.isInteger(dataset.size) && dataset.size > 0, `${name} has size ${dataset.size}`);
    ensure(dataset.origin !== '', `${name} does not say where it comes from`);
    for (const options of [plainly, varied]) {
      const count = Math.min(3, dataset.size);
      const batch = await dataset.load(range(count), options);
      ensureBatch(subject, batch, count, name);
      const targets = Object.keys(batch.target).length;
      if (name === 'unlabelled') ensure(targets === 0, 'unlabelled has targets');
      else ensure(targets > 0, `${name} has no targets`);
    }
  }
}

const equal = (a: HostRecord, b: HostRecord): boolean => differingNames(a, b).length === 0;
const everything = ({ input, target }: Batch): HostRecord => ({ ...input, ...target });

async function checkDeterminism(subject: TaskSubject): Promise<void> {
  for (const [name, dataset] of splitsOf(subject)) {
    for (const options of [plainly, varied]) {
      const last = dataset.size - 1;
      const together = everything(await dataset.load([0, last], options));
      const again = everything(await dataset.load([0, last], options));
      ensure(equal(together, again), `${name}: the same examples are not the same twice`);
      const alone = everything(await dataset.load([last], options));
      // Padded to the longest of its batch, an example is still the same.
      ensure(
        sameExample(exampleOf(together, 1), exampleOf(alone, 0)),
        `${name}: an example depends on the others of its batch`,
      );
      const turned = everything(await dataset.load([last, 0], options));
      ensure(
        equal(exampleOf(turned, 1), exampleOf(together, 0)),
        `${name}: an example depends on its place in the batch`,
      );
    }
  }
}

const shapesOf = (record: HostRecord): string =>
  Object.entries(record)
    .map(([name, { shape }]) => `${name} [${shape.slice(1).join(', ')}]`)
    .join(', ');

/** Examples that are looked at to find the buckets of a split. */
const looked = 60;

async function checkBuckets(subject: TaskSubject): Promise<void> {
  for (const [name, dataset] of splitsOf(subject)) {
    const shapes = new Map<number, string>();
    for (const index of range(Math.min(looked, dataset.size))) {
      const bucket = dataset.bucket?.(index) ?? 0;
      ensure(Number.isInteger(bucket) && bucket >= 0, `${name}: example ${index} is in bucket ${bucket}`);
      const shape = shapesOf((await dataset.load([index], plainly)).input);
      const known = shapes.get(bucket);
      ensure(
        known === undefined || known === shape,
        `${name}: bucket ${bucket} has both ${known} and ${shape}`,
      );
      shapes.set(bucket, shape);
    }
    const first = range(Math.min(looked, dataset.size));
    const largest = first.reduce((best, index) => Math.max(best, dataset.bucket?.(index) ?? 0), 0);
    const mixed = shapesOf((await dataset.load(first, plainly)).input);
    ensure(
      mixed === shapes.get(largest),
      `${name}: a batch of several buckets has ${mixed} instead of those of the largest, ${shapes.get(largest)}`,
    );
  }
}

async function checkAugmentation(subject: TaskSubject): Promise<void> {
  const dataset = subject.task.splits.train;
  ensure(dataset !== undefined, 'has no training split');
  const indices = range(Math.min(4, dataset.size));
  const plain = await dataset.load(indices, plainly);
  const elsewhere = await dataset.load(indices, { ...varied, augment: false });
  ensure(
    equal(everything(plain), everything(elsewhere)),
    'without augmentation, examples depend on seed or epoch',
  );
  const first = await dataset.load(indices, varied);
  const sameTargets = subject.asksAnew === true || equal(plain.target, first.target);
  ensure(sameTargets, 'augmentation changes targets');
  const changes: [string, LoadOptions][] = [
    ['epoch', { ...varied, epoch: 3 }],
    ['view', { ...varied, view: 2 }],
    ['seed', { ...varied, seed: 2 }],
  ];
  for (const [what, options] of changes) {
    const other = await dataset.load(indices, options);
    const differs = !equal(first.input, other.input);
    ensure(differs || !subject.augments, `augmentation is the same for every ${what}`);
    ensure(!differs || subject.augments, `examples differ by ${what}, although nothing is augmented`);
  }
}

async function checkEncode(subject: TaskSubject): Promise<void> {
  const { task, readable } = subject;
  ensure(readable.length >= 2, 'give at least two inputs that can be read');
  const batch = await task.encode(readable);
  ensureBatch(subject, batch, readable.length, 'encode');
  const second = await task.encode([readable[1]!]);
  ensure(
    sameExample(exampleOf(batch.input, 1), exampleOf(second.input, 0)),
    'encode: an input depends on the others',
  );
}

async function checkRefusals({ task, unreadable }: TaskSubject): Promise<void> {
  ensure(unreadable.length > 0, 'give at least one input that must be refused');
  for (const { inputs, text } of unreadable) {
    let said: string | undefined;
    try {
      await task.encode(inputs);
    } catch (error) {
      if (!(error instanceof MdpdError)) throw error;
      said = formatError(error);
    }
    ensure(said !== undefined, `encodes ${inputs.join(', ')}`);
    ensure(said === text, `says of ${inputs.join(', ')}:\n${said}\ninstead of:\n${text}`);
  }
}

export const dataChecks: readonly Check<TaskSubject>[] = [
  { name: 'loads batches of the shapes that the backbone reads', run: checkBatches },
  { name: 'loads the same examples again, whatever else is in the batch', run: checkDeterminism },
  { name: 'has one shape for all examples of a bucket', run: checkBuckets },
  { name: 'augments by seed, epoch and view alone', run: checkAugmentation },
  { name: 'encodes what a user names', run: checkEncode },
  { name: 'refuses what it cannot read, with the text that was promised', run: checkRefusals },
];
