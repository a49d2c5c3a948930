/** The share of a worker's slots that the executions of one owner may fill. */
const GREEDY_SHARE = 0.7

/**
 * Returns the owners whose executions fill so many slots that the rest is reserved for other owners.
 *
 * @param owners the owners of the held executions, one entry per execution
 * @param starting the number of executions that are being started, which may belong to any owner
 */
export function greedyOwners(owners: Iterable<string>, starting: number, capacity: number): string[] {
  const counts = new Map<string, number>()
  for (const ownerId of owners) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1)
  return [...counts].filter(([, count]) => count + starting >= capacity * GREEDY_SHARE).map(([ownerId]) => ownerId)
}
