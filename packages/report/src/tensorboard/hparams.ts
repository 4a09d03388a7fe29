/**
 * What TensorBoard's HPARAMS tab reads: that a session began with these hyper-parameters, and how it ended. Which metrics
 * there are it finds by itself, so that runs with different ones stand in one table.
 */
import type { Recipe } from '@mdpd/core';
import type { PbfWriter } from 'pbf';
import { leavesOf } from '../leaves.ts';
import { encode, type PluginValue } from './event.ts';

/** `Status` of hparams' api.proto. */
const statuses = { success: 1, failure: 2 } as const;

/** What the tab can show as a hyper-parameter. */
export type HyperParameter = number | string | boolean;

/**
 * The values of a recipe by their paths, without what says only how it ran; lists and what is empty as JSON. A backbone
 * with fresh parameters is its configuration.
 */
export function hyperParameters(recipe: Recipe): Map<string, HyperParameter> {
  const { plugins: _plugins, ...rest } = recipe;
  const { checkpoint: _checkpoint, logEvery: _logEvery, ...train } = recipe.train;
  const values = new Map<string, HyperParameter>();
  for (const [name, value] of leavesOf({ ...rest, train })) {
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
      values.set(name, value);
    else if (value !== undefined) values.set(name, JSON.stringify(value));
  }
  return values;
}

/** @param startSeconds - since 1970 */
export function sessionStart(
  parameters: ReadonlyMap<string, HyperParameter>,
  startSeconds: number,
): PluginValue {
  return hparamsValue('session_start_info', 3, (pbf) => {
    for (const entry of parameters) pbf.writeMessage(1, writeEntry, entry);
    pbf.writeDoubleField(5, startSeconds);
  });
}

/** @param endSeconds - since 1970 */
export function sessionEnd(status: keyof typeof statuses, endSeconds: number): PluginValue {
  return hparamsValue('session_end_info', 4, (pbf) => {
    pbf.writeVarintField(1, statuses[status]);
    pbf.writeDoubleField(2, endSeconds);
  });
}

/** HParamsPluginData with one of its fields; its version is 0, which is not written. */
function hparamsValue(name: string, field: number, write: (pbf: PbfWriter) => void): PluginValue {
  const content = encode(undefined, (nothing, pbf) =>
    pbf.writeMessage(field, (_nothing, info) => write(info), nothing),
  );
  return { kind: 'plugin', tag: `_hparams_/${name}`, plugin: 'hparams', content };
}

/** An entry of `map<string, google.protobuf.Value>`. */
function writeEntry([name, value]: readonly [string, HyperParameter], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeHyperParameter, value);
}

function writeHyperParameter(value: HyperParameter, pbf: PbfWriter): void {
  if (typeof value === 'number') pbf.writeDoubleField(2, value);
  else if (typeof value === 'string') pbf.writeStringField(3, value);
  else pbf.writeBooleanField(4, value);
}
