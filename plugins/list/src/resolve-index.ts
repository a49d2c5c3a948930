/**
 * Returns the position of an index in a list. A negative index counts from the end: -1 is the last item.
 *
 * @throws {Error} when the list has no such item
 */
export function resolveIndex(list: readonly unknown[], index: number): number {
  const position = index < 0 ? list.length + index : index
  if (position < 0 || position >= list.length) throw new Error(`index ${index} is outside a list of ${list.length} items`)
  return position
}
