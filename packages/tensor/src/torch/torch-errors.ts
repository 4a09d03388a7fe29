/** What is said about PyTorch files that cannot be read, or must not be. */
import { MdpdError } from '@mdpd/core';

/** A name out of a file, for messages: no control characters, not too long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** The file wants something that reading tensors never needs. */
export function unsafe(place: string, message: string): MdpdError {
  return new MdpdError('CHECKPOINT_UNSAFE', message, {
    place,
    allowed: 'tensors, dictionaries, lists, numbers and texts: a checkpoint may run nothing',
    fix: 'if you trust who made it, convert it in Python: `model.save_pretrained(folder, safe_serialization=True)` writes safetensors',
  });
}

/** The file contradicts itself. */
export function invalid(place: string, message: string, allowed?: string): MdpdError {
  return new MdpdError('CHECKPOINT_INVALID', message, {
    place,
    allowed,
    fix: 'the file is damaged, incomplete, or no checkpoint of PyTorch: get it again',
  });
}
