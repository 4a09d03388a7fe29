/** Whatever was thrown, as an error of ours. */
import { MdpdError, messageOf } from '@mdpd/core/errors';

/** An MdpdError as it is; anything else is a bug and says so: INTERNAL. */
export function internalError(thrown: unknown): MdpdError {
  if (thrown instanceof MdpdError) return thrown;
  return new MdpdError('INTERNAL', messageOf(thrown), {
    fix: 'this is a bug in mdpd: run it again with MDPD_DEBUG=1 and report what it prints',
    cause: thrown,
  });
}
