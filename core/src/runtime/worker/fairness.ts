/** Of a worker's slots, what the executions of one owner may fill while others have work. */
const GREEDY_SHARE = 0.7

/**
 * Owners with so many executions in hand that the rest of the slots is for others.
 *
 * @param owners of the executions in hand, one entry each
 * @param beginning executions being begun, which may be anybody's
 */
export function greedyOwners(owners: Iterable<string>, beginning: number, capacity: number): string[] {
  const counts = new Map<string, number>()
  for (const ownerId of owners) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1)
  return [...counts].filter(([, count]) => count + beginning >= capacity * GREEDY_SHARE).map(([ownerId]) => ownerId)
}
