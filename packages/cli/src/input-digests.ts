/** Checksums of what a run reads besides its recipe, to notice that it changed before a run goes on. */
import { createHash, type Hash } from 'node:crypto';
import { MdpdError, type HostRecord, type Task } from '@mdpd/core';

/** Examples of the train split that are looked at, evenly over all of it. */
const examples = 8;

/** `backbone`: its parameters with the fresh head; `data`: sizes of the splits and labels; `examples`: a few of them. */
export async function inputDigests(parameters: HostRecord, task: Task): Promise<Record<string, string>> {
  const { train } = task.splits;
  const data = createHash('sha256');
  data.update(
    JSON.stringify([Object.entries(task.splits).map(([name, { size }]) => [name, size]), task.labels]),
  );
  const seen = createHash('sha256');
  if (train && train.size > 0) {
    const count = Math.min(examples, train.size);
    const indices = Array.from({ length: count }, (_, i) => Math.floor((i * train.size) / count));
    const { input, target } = await train.load(indices, { augment: false, seed: 0, epoch: 0 });
    [input, target].forEach((record) => update(seen, record));
  }
  const backbone = createHash('sha256');
  update(backbone, parameters);
  return { backbone: backbone.digest('hex'), data: data.digest('hex'), examples: seen.digest('hex') };
}

function update(hash: Hash, record: Readonly<HostRecord>): void {
  for (const [name, { data, shape, dtype }] of Object.entries(record)) {
    hash.update(JSON.stringify([name, shape, dtype]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

const names: Readonly<Record<string, string>> = {
  backbone: 'the parameters of the backbone',
  data: 'the sizes of the splits or the labels',
  examples: 'examples of the training data',
};

/** Throws RESUME_INPUT_CHANGED with what is no longer what it was. */
export function refuseChangedInputs(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): void {
  const changed = Object.keys(now).filter((key) => before[key] !== now[key]);
  if (changed.length === 0) return;
  const what = changed.map((key) => names[key] ?? key).join(', ');
  throw new MdpdError('RESUME_INPUT_CHANGED', `${what}: not what the run began with`, {
    fix: 'put the files back as they were, or train again in another folder with --out',
  });
}
