/** Where ONNX Runtime can compute: the execution providers of the installed package. */
import { didYouMean, MdpdError } from '@mdpd/core';
import { forbidTelemetry } from './no-telemetry.ts';

/** Execution providers that the installed package brings along. */
export async function installedProviders(): Promise<string[]> {
  forbidTelemetry();
  const { listSupportedBackends } = await import('onnxruntime-node');
  const bundled = listSupportedBackends().filter((backend) => backend.bundled);
  return bundled.map(({ name }) => name);
}

/** Throws EXECUTOR_PROVIDER where `provider` is not there. The runtime itself would only warn, and take the processor. */
export async function checkProvider(provider: string): Promise<void> {
  const providers = await installedProviders();
  if (providers.includes(provider)) return;
  throw new MdpdError('EXECUTOR_PROVIDER', `ONNX Runtime has no execution provider "${provider}" here`, {
    allowed: providers,
    fix: didYouMean(provider, providers),
    exitCode: 2,
  });
}
