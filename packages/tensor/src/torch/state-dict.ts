/** Finds the tensors of a model in what a PyTorch file holds. */
import { MdpdError } from '@mdpd/core';
import { describe, isKind, type PickleDict, type PickleValue, type TorchTensor } from './pickle-values.ts';
import { invalid, quoted } from './torch-errors.ts';

/** Where training scripts put the model beside optimizers and settings. */
const usual = ['state_dict', 'model', 'model_state_dict', 'module'];

function tensorsOf(dict: PickleDict): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of dict.entries) {
    if (typeof key === 'string' && isKind(value, 'tensor')) tensors.set(key, value);
  }
  return tensors;
}

/** Entries that are dictionaries with tensors, by key. */
function nested(dict: PickleDict): Map<string, Map<string, TorchTensor>> {
  const found = new Map<string, Map<string, TorchTensor>>();
  for (const [key, value] of dict.entries) {
    const tensors = typeof key === 'string' && isKind(value, 'dict') ? tensorsOf(value) : undefined;
    if (typeof key === 'string' && tensors && tensors.size > 0) found.set(key, tensors);
  }
  return found;
}

function ambiguous(file: string, message: string): MdpdError {
  return new MdpdError('CHECKPOINT_AMBIGUOUS', message, {
    place: file,
    allowed: `a state dict, or one under one of the keys ${usual.join(', ')}`,
    fix: 'save only the state dict of the model: `torch.save(model.state_dict(), "pytorch_model.bin")`',
  });
}

/**
 * The tensors of a state dict by name. It may stand alone, or under a key beside other things, where it is clear which
 * one is meant: the only one with tensors, or the only one under a usual key.
 *
 * @throws CHECKPOINT_INVALID where there is no dictionary, CHECKPOINT_AMBIGUOUS where there are several with tensors
 */
export function stateDict(value: PickleValue, file: string): ReadonlyMap<string, TorchTensor> {
  if (!isKind(value, 'dict')) {
    throw invalid(file, `the file holds ${describe(value)} instead of a state dict`, 'tensors by name');
  }
  const own = tensorsOf(value);
  const inner = nested(value);
  if (inner.size === 0) return own;
  const keys = [...inner.keys()];
  const listed = keys.slice(0, 8).map(quoted).join(', ');
  if (own.size > 0) {
    const [first] = own.keys();
    throw ambiguous(
      file,
      `there are tensors (${quoted(first!)}, …) beside dictionaries with tensors: ${listed}`,
    );
  }
  const known = keys.filter((key) => usual.includes(key));
  const [key, ...others] = keys.length === 1 ? keys : known;
  if (key === undefined || others.length > 0) {
    throw ambiguous(file, `there are several dictionaries with tensors: ${listed}`);
  }
  return inner.get(key)!;
}
