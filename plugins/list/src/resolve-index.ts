/**
 * The position of an index in a list; a negative one counts from the end, -1 being the last item.
 *
 * @throws {Error} when the list has no such item
 */
export function resolveIndex(list: readonly unknown[], index: number): number {
  const position = index < 0 ? list.length + index : index
  if (position < 0 || position >= list.length) throw new Error(`index ${index} is outside of a list of ${list.length} items`)
  return position
}
