/** Plain JavaScript data from what a pickle built. */
import { describe, type PickleObject, type PickleValue } from '@mdpd/tensor/torch/pickle-values';

/** Lists and tuples become arrays, dictionaries objects without a prototype; integers that are not exact are bigint. */
export type PlainValue =
  null | boolean | number | bigint | string | PlainValue[] | { [key: string]: PlainValue };

/**
 * Containers that a pickle shares stay shared: nothing is copied, however often it is named. Throws what `fail` makes of
 * data that contains itself, is deeper than `mostDepth`, or has a key that is neither text nor an integer.
 */
export function toPlain(value: PickleValue, mostDepth: number, fail: (message: string) => Error): PlainValue {
  const known = new Map<PickleObject, PlainValue>();
  const open = new Set<PickleObject>();

  const keyOf = (key: PickleValue): string => {
    if (typeof key === 'string' || (typeof key === 'number' && Number.isSafeInteger(key))) return String(key);
    throw fail(`has ${describe(key)} for the key of a dictionary; texts and integers are read`);
  };
  const build = (object: PickleObject, depth: number): PlainValue => {
    if (object.kind === 'list' || object.kind === 'tuple')
      return object.items.map((each) => convert(each, depth));
    if (object.kind !== 'dict') throw fail(`holds ${describe(object)}`);
    const result = Object.create(null) as { [key: string]: PlainValue };
    for (const [key, each] of object.entries) {
      const name = keyOf(key);
      if (Object.hasOwn(result, name)) throw fail(`has the key ${JSON.stringify(name.slice(0, 100))} twice`);
      result[name] = convert(each, depth);
    }
    return result;
  };
  const convert = (each: PickleValue, depth: number): PlainValue => {
    if (typeof each !== 'object' || each === null) return each;
    const before = known.get(each);
    if (before !== undefined) return before;
    if (open.has(each)) throw fail('holds a list or dictionary that contains itself');
    if (depth >= mostDepth) throw fail(`holds lists and dictionaries more than ${mostDepth} deep`);
    open.add(each);
    const result = build(each, depth + 1);
    open.delete(each);
    known.set(each, result);
    return result;
  };
  return convert(value, 0);
}
