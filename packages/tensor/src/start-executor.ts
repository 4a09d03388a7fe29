/** Chooses and starts an executor. */
import {
  howToGet,
  MdpdError,
  messageOf,
  type Executor,
  type ExecutorProvider,
  type RuntimeOptions,
} from '@mdpd/core';

export interface StartedExecutor {
  readonly executor: Executor;
  /** Why this one: for the user. */
  readonly reason: string;
}

/**
 * Starts the executor `name`; `auto` takes the first that works in order of preference and says why the ones before it
 * did not. Throws UNKNOWN_EXECUTOR or EXECUTOR_UNAVAILABLE.
 */
export async function startExecutor(
  name: string,
  providers: readonly ExecutorProvider[],
  warn: (message: string) => void,
  options: RuntimeOptions = {},
): Promise<StartedExecutor> {
  if (name !== 'auto') {
    const provider = providers.find((candidate) => candidate.name === name);
    if (!provider) {
      const names = ['auto', ...providers.map((candidate) => candidate.name)];
      throw new MdpdError('UNKNOWN_EXECUTOR', `there is no executor "${name}"`, {
        allowed: names,
        fix: howToGet('executor', name, names),
        exitCode: 2,
      });
    }
    const executor = await provider.start(options);
    return { executor, reason: `${executor.name}: ${executor.description}` };
  }
  const candidates = providers
    .filter(({ preference }) => preference !== undefined)
    .sort((a, b) => a.preference! - b.preference!);
  const passedOver: string[] = [];
  for (const provider of candidates) {
    const status = await provider.probe();
    if (!status.available) {
      passedOver.push(`${provider.name} (${status.reason})`);
      continue;
    }
    try {
      const executor = await provider.start(options);
      const instead = passedOver.length > 0 ? `; not available: ${passedOver.join(', ')}` : '';
      return { executor, reason: `${executor.name}: ${executor.description}${instead}` };
    } catch (thrown) {
      warn(`executor ${provider.name} does not start: ${messageOf(thrown)}`);
      passedOver.push(`${provider.name} (${messageOf(thrown)})`);
    }
  }
  throw new MdpdError('EXECUTOR_UNAVAILABLE', `no executor works: ${passedOver.join(', ')}`);
}
