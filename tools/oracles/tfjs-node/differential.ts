/**
 * `node --conditions=@mdpd/source --import tsx tools/oracles/tfjs-node/differential.ts`: every operation that the compiler
 * is tested with, values and gradients, on executor `tensorflow` against tfjs's `cpu` backend.
 */
import * as tf from '@tensorflow/tfjs-core';
import { everyCase } from '@mdpd/compile/testing/every-case';
import { defaultTolerance, type Case } from '@mdpd/compile/testing/differential';
import { mismatch, wave, type Numbers } from '@mdpd/compile/testing/run-graph';
import { messageOf, type HostTensor, type TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { tensorflowExecutor } from '@mdpd/tensor/tensorflow-executor';
import { outputsAndVjp } from '@mdpd/tensor/vjp';

const upload = ({ data, shape, dtype }: Numbers): tf.Tensor => tf.tensor(data.slice(), [...shape], dtype);

const isFloat = ({ dtype }: { readonly dtype: string }): boolean => dtype === 'float32';

/** Outputs `y<n>` and, for every float operand, the gradient `g<n>` of Σ ⟨output, fixed numbers⟩. */
function evaluate({ fn, operands, gradient = true }: Case): TensorRecord {
  const given = operands.map(upload);
  const outputs = (args: readonly tf.Tensor[]): TensorRecord => {
    const result = fn(...args);
    const list = result instanceof tf.Tensor ? [result] : result;
    return Object.fromEntries(list.map((output, index) => [`y${index}`, output]));
  };
  const values = outputs(given);
  const floats = Object.entries(values).filter(([, output]) => isFloat(output));
  const inputs = given.flatMap((operand, index) =>
    isFloat(operand) ? [[`g${index}`, operand] as const] : [],
  );
  if (!gradient || inputs.length === 0 || floats.length === 0) return values;
  const cotangents = floats.map(
    ([name, { shape }], index) => [name, upload(wave(shape, 0.4 + index))] as const,
  );
  const { gradients } = outputsAndVjp(
    (replaced) => outputs(given.map((operand, index) => replaced[`g${index}`] ?? operand)),
    Object.fromEntries(inputs),
    Object.fromEntries(cotangents),
  );
  return { ...values, ...gradients };
}

function resultsOf(each: Case): Record<string, HostTensor> {
  const results: Record<string, HostTensor> = {};
  tf.tidy(() => {
    for (const [name, tensor] of Object.entries(evaluate(each))) {
      const data = tensor.dataSync().slice() as HostTensor['data'];
      results[name] = { data, shape: tensor.shape, dtype: tensor.dtype as HostTensor['dtype'] };
    }
  });
  return results;
}

/** What differs in a case; empty where all agrees. */
async function differences(each: Case): Promise<string[]> {
  await useBackend('cpu');
  const expected = resultsOf(each);
  await tf.setBackend('tensorflow');
  try {
    const actual = resultsOf(each);
    return Object.entries(expected).flatMap(([name, value]) => {
      const wrong = mismatch(actual[name], value, each.tolerance ?? defaultTolerance, each.each);
      return wrong === undefined ? [] : [`${name} ${wrong}`];
    });
  } catch (error) {
    return [messageOf(error).replaceAll('\n', ' ')];
  }
}

const { description } = await tensorflowExecutor.start();
const before = tf.memory().numTensors;
let wrong = 0;
for (const each of everyCase) {
  const found = await differences(each);
  if (found.length === 0) continue;
  wrong += 1;
  console.log(`${each.name}: ${found.join('; ')}`);
}
console.log(`${everyCase.length - wrong} of ${everyCase.length} cases agree on ${description}`);
if (tf.memory().numTensors !== before) console.log(`${tf.memory().numTensors - before} tensors are left`);
process.exitCode = wrong === 0 ? 0 : 1;
