/**
 * A pickle interpreter that builds plain data and can do nothing else. It knows the opcodes that PyTorch's own
 * serialization writes (protocol 2) and the globals that its caller allows; whatever else a pickle asks for is an
 * error. Nothing is ever imported or called by a name that a file gives.
 */
import type { ByteReader } from './byte-reader.ts';
import { pickleMachine, type PickleMachine, type Vocabulary } from './pickle-machine.ts';
import { allowedOpcodes, foreignOpcodes } from './pickle-opcodes.ts';
import type { PickleValue } from './pickle-values.ts';

const STOP = 0x2e;
const PROTO = 0x80;
const PROTOCOL = 2;

/**
 * Reads one pickle, up to its end; the reader stands behind it afterwards.
 *
 * @throws CHECKPOINT_UNSAFE for an opcode or a global that is not allowed, CHECKPOINT_INVALID for a pickle that is
 * damaged, or larger than any checkpoint's
 */
export function unpickle(reader: ByteReader, vocabulary: Vocabulary): PickleValue {
  const machine = pickleMachine(reader, vocabulary);
  if (reader.byte() !== PROTO) throw machine.invalid('does not begin with its protocol');
  const protocol = reader.byte();
  if (protocol !== PROTOCOL) {
    throw machine.unsafe(
      `is of protocol ${protocol}; only protocol ${PROTOCOL}, which torch.save writes, is read`,
    );
  }
  for (;;) {
    const code = reader.byte();
    if (code === STOP) return machine.result();
    const opcode = allowedOpcodes.get(code);
    if (opcode === undefined) throw refusal(code, machine);
    opcode(machine);
  }
}

function refusal(code: number, machine: PickleMachine): Error {
  const hexadecimal = `0x${code.toString(16).padStart(2, '0')}`;
  const name = foreignOpcodes.get(code);
  if (name === undefined) return machine.invalid(`has the byte ${hexadecimal}, which is no opcode`);
  return machine.unsafe(`uses the opcode ${name} (${hexadecimal}), which tensors do not need`);
}
