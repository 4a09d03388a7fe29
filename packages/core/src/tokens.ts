/** Inversify service identifiers. `Symbol.for`, so that two copies of this package in one program still meet. */
export const tokens = {
  task: Symbol.for('mdpd.task'),
  backbone: Symbol.for('mdpd.backbone'),
  method: Symbol.for('mdpd.method'),
  executor: Symbol.for('mdpd.executor'),
  source: Symbol.for('mdpd.source'),
  textSource: Symbol.for('mdpd.textSource'),
  folderSource: Symbol.for('mdpd.folderSource'),
  model: Symbol.for('mdpd.model'),
  reporter: Symbol.for('mdpd.reporter'),
  metric: Symbol.for('mdpd.metric'),
  /** In the container of one run alone: what it is, what computes it, who is told. */
  run: Symbol.for('mdpd.run'),
  runExecutor: Symbol.for('mdpd.run.executor'),
  runReporter: Symbol.for('mdpd.run.reporter'),
} as const;

/** A provider with the plugin that registered it. */
export interface Registered<T> {
  readonly plugin: string;
  readonly value: T;
  /** Whether the plugin says that it takes the place of others of this name. */
  readonly replaces?: boolean;
}
