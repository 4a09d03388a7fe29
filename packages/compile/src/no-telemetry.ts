/** Keeps ONNX Runtime from telling its makers how it is used. */

/**
 * To be called before ONNX Runtime is loaded: from version 1.30 on its builds for Linux and macOS send events, and keep files
 * for them, unless the environment says not to. Who has set ORT_DISABLE_TELEMETRY is not overruled. What reads it is native,
 * so in a worker thread with an environment of its own this does nothing.
 */
export function forbidTelemetry(environment: NodeJS.ProcessEnv = process.env): void {
  environment['ORT_DISABLE_TELEMETRY'] ??= '1';
}
