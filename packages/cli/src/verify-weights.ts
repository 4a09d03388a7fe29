/** Whether the weights are exactly backbone and head: names, shapes, types, no byte besides, every value finite. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { MdpdError } from '@mdpd/core';
import { type ParameterSpec } from '@mdpd/core';
import { spanOf } from '@mdpd/distill/engine/span';
import { openCheckpoint } from '@mdpd/tensor/checkpoint';
import { openSafetensors, type SafetensorsFile } from '@mdpd/tensor/safetensors';
import { formatCount } from '@mdpd/report/format';
import { checkOf, problem, type Check } from './verify-check.ts';

const again = 'get the file again from where it came from, or train the run again';

/** Keys of a tensor in the header of a safetensors file, in any order. */
const entryKeys = ['data_offsets', 'dtype', 'shape'];

/**
 * A file that `mdpd` wrote: float32, tensors exactly as `specs` say (undefined: any names), metadata exactly what is
 * always written, and nothing hidden in the header. Throws what `openSafetensors` throws: tensors that overlap, leave
 * holes or end before the file does are not read at all.
 */
export async function verifyOwnFile(
  file: string,
  specs: readonly Pick<ParameterSpec, 'name' | 'shape'>[] | undefined,
): Promise<Check[]> {
  const opened = await openSafetensors(file);
  try {
    const problems = [
      ...(specs ? tensorProblems(opened, specs) : []),
      ...metadataProblems(opened),
      ...(await headerProblems(file)),
    ];
    const names = [...opened.entries.keys()];
    const { values, broken } = await brokenTensors(names, (name) => opened.read(name), file);
    const fine = `${formatCount(names.length)} tensors, names and shapes of the model, no byte besides`;
    return [
      ...checkOf('weights', problems, specs ? fine : `${formatCount(names.length)} tensors, no byte besides`),
      ...checkOf('numbers', broken, `${formatCount(values)} values, all finite`),
    ];
  } finally {
    await opened.close();
  }
}

function tensorProblems(
  { entries, path: file }: SafetensorsFile,
  specs: readonly Pick<ParameterSpec, 'name' | 'shape'>[],
): MdpdError[] {
  const wanted = new Map(specs.map(({ name, shape }) => [name, shape]));
  const fail = (message: string): MdpdError => problem('VERIFY_TENSORS', message, again, file);
  const missing = [...wanted.keys()].filter((name) => !entries.has(name));
  const others = [...entries].flatMap(([name, { dtype, shape }]) => {
    const expected = wanted.get(name);
    if (expected === undefined)
      return [fail(`the tensor ${JSON.stringify(name)} belongs to no part of the model`)];
    if (dtype !== 'F32') return [fail(`${name} has type ${dtype} instead of F32`)];
    if (shape.join() === expected.join()) return [];
    return [fail(`${name} is [${shape.join(', ')}] instead of [${expected.join(', ')}]`)];
  });
  return [...missing.map((name) => fail(`the tensor ${name} is missing`)), ...others];
}

/** `format: pt` is what every file of `mdpd` has, for Hugging Face's loaders. */
function metadataProblems({ metadata, path: file }: SafetensorsFile): MdpdError[] {
  return [...metadata]
    .filter(([key, value]) => key !== 'format' || value !== 'pt')
    .map(([key]) =>
      problem(
        'VERIFY_METADATA',
        `the header has metadata ${JSON.stringify(key)} that mdpd does not write`,
        again,
        file,
      ),
    );
}

/** Room for other content that readers skip: keys that nothing reads, and blanks after the header's end. */
async function headerProblems(file: string): Promise<MdpdError[]> {
  const text = await headerText(file);
  const header = JSON.parse(text) as Record<string, Record<string, unknown>>;
  const fail = (message: string): MdpdError => problem('VERIFY_METADATA', message, again, file);
  const odd = Object.entries(header).filter(
    ([name, entry]) => name !== '__metadata__' && Object.keys(entry).sort().join() !== entryKeys.join(),
  );
  const blanks = /[^}]*$/.exec(text)![0];
  const compact = JSON.stringify(header).length === text.length - blanks.length;
  return [
    ...odd.map(([name]) => fail(`the header says more of ${name} than type, shape and place`)),
    ...(/^ {0,7}$/.test(blanks) && compact ? [] : [fail('the header has blanks that mdpd does not write')]),
  ];
}

async function headerText(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const length = Buffer.alloc(8);
    await handle.read(length, 0, 8, 0);
    const header = Buffer.alloc(Number(length.readBigUInt64LE()));
    await handle.read(header, 0, header.length, 8);
    return header.toString('utf8');
  } finally {
    await handle.close();
  }
}

/** Weights of a model folder from anywhere: every value finite. Names and shapes are checked when they are loaded. */
export async function verifyNumbers(folder: string): Promise<Check[]> {
  const checkpoint = await openCheckpoint(folder);
  try {
    const floats = checkpoint.names.filter((name) => /^B?F\d+$/.test(checkpoint.entry(name).dtype));
    const { values, broken } = await brokenTensors(floats, (name) => checkpoint.read(name), folder);
    return checkOf('numbers', broken, `${formatCount(values)} values, all finite`);
  } finally {
    await checkpoint.close();
  }
}

/** Tensor by tensor: never more than one of them is in memory. */
async function brokenTensors(
  names: readonly string[],
  read: (name: string) => Promise<{ readonly data: ArrayLike<number>; readonly shape: readonly number[] }>,
  place: string,
): Promise<{ values: number; broken: MdpdError[] }> {
  const broken: MdpdError[] = [];
  let values = 0;
  for (const name of names) {
    const { data } = await read(name);
    const { broken: count, first } = spanOf(data);
    values += data.length;
    if (count === 0) continue;
    const message = `${name} has ${formatCount(count)} values that are not numbers, the first at index ${first}: ${data[first]}`;
    broken.push(problem('VERIFY_NOT_FINITE', message, again, path.relative(process.cwd(), place)));
  }
  return { values, broken };
}
