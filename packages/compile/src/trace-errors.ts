/** What can go wrong while a function is traced, for people. */
import { MdpdError } from '@mdpd/core';
import { callSite, placeIn } from './call-site.ts';

/** Of values inside of a compiled function. `kernelName` is what made them. */
export function readError(kernelName: string | undefined): MdpdError {
  const known: Readonly<Record<string, string>> = { input: 'an argument', constant: 'a constant' };
  const which =
    kernelName === undefined
      ? 'a tensor from outside'
      : (known[kernelName] ?? `a tensor made by ${kernelName}`);
  return new MdpdError('COMPILE_READ', `the values of ${which} were read inside a compiled function`, {
    place: callSite(),
    fix: 'keep to tensors inside of steps: what a step does may depend on shapes, not on values',
  });
}

/** Of values that another thread has. */
export const syncError = (): MdpdError =>
  new MdpdError('COMPILE_SYNC', 'the values of a tensor are asked for at once, but are in another thread', {
    place: callSite(),
    fix: 'await executor.read(tensor) or tensor.data()',
  });

/** Of a result that was recorded for its shape only. */
export const outsideError = (kernelName: string): MdpdError =>
  new MdpdError(
    'COMPILE_OUTSIDE',
    `the result of ${kernelName} is asked for, which ran outside of a prepared function`,
    { place: callSite(), fix: 'compute it inside a function given to executor.prepare' },
  );

/** Of a tensor whose trace is over. */
export const escapedError = (kernelName: string): MdpdError =>
  new MdpdError(
    'COMPILE_ESCAPED',
    `a tensor made by ${kernelName} is used after the compiled function that made it ended`,
    { place: callSite(), fix: 'return it from that function, and give it to the next one as an argument' },
  );

export const nestedError = (): MdpdError =>
  new MdpdError('COMPILE_NESTED', 'a compiled function was called inside of another one', {
    place: callSite(),
    fix: 'call the plain function there: it becomes a part of the graph',
  });

export const typeError = (dtype: string): MdpdError =>
  new MdpdError('COMPILE_TYPE', `a tensor of type ${dtype} cannot be compiled`, {
    allowed: ['float32', 'int32', 'bool'],
    place: callSite(),
  });

export const asynchronousError = (): MdpdError =>
  new MdpdError('COMPILE_ASYNC', 'an asynchronous function cannot be compiled', {
    fix: 'make it a plain function of tensors: what needs waiting for is done before, and given to it',
  });

/** tfjs's message about a missing kernel names neither the place nor the way out. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof MdpdError) return error;
  const missing = /[Kk]ernel '(\w+)' not registered/u.exec(error.message)?.[1];
  if (missing === undefined) return error;
  return new MdpdError('COMPILE_OP', `the compiler has no operator for the tfjs kernel ${missing}`, {
    place: placeIn(error.stack),
    fix: `teach it with registerOp('${missing}', …) of @mdpd/compile/ops/registry, or use executor=wasm`,
    cause: error,
  });
}
