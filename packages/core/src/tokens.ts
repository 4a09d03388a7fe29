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
} as const;

/** A provider with the plugin that registered it. */
export interface Registered<T> {
  readonly plugin: string;
  readonly value: T;
}
