/** Class names that Hugging Face `datasets` writes into Parquet files, under the key `huggingface` of their metadata. */
import type { JsonValue } from '@mdpd/core';
import type { FileMetaData } from 'hyparquet';

function fieldOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, key) ? value[key] : undefined;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Whoever wrote it: a table without class names can still be read.
    return undefined;
  }
}

/** Names by column, in label order, of columns that are ClassLabels; undefined where there are none. */
export function classNamesOf(
  metadata: FileMetaData,
): Readonly<Record<string, readonly string[]>> | undefined {
  const entry = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface');
  if (!entry?.value) return undefined;
  const features = fieldOf(fieldOf(parse(entry.value), 'info'), 'features');
  if (typeof features !== 'object' || features === null || Array.isArray(features)) return undefined;
  const named = Object.entries(features).flatMap(([column, feature]): [string, readonly string[]][] => {
    const names = fieldOf(feature, 'names');
    const isNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
    return fieldOf(feature, '_type') === 'ClassLabel' && isNames ? [[column, names as string[]]] : [];
  });
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}
