/** @returns milliseconds that it took */
export async function time(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = NaN, high = NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1)
  return (low + high) / 2
}

/** The mean of the middle half: for figures in whole numbers, whose median would be one too. */
export function midMean(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4)
  const middle = values.toSorted((a, b) => a - b).slice(quarter, values.length - quarter)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}

/** How often a subject is measured: `warmUp` runs that do not count, then `turns` × `perTurn`. */
interface Rounds {
  warmUp: number
  turns: number
  perTurn: number
}

/**
 * Medians of subjects that take turns, so that what else the machine does meets all of them alike.
 *
 * @param subjects by name; each runs once and gives its figure
 */
export async function takeTurns<Name extends string>(
  subjects: Record<Name, () => Promise<number>>,
  { warmUp, turns, perTurn }: Rounds,
): Promise<Record<Name, number>> {
  const names = Object.keys(subjects) as Name[]
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (const name of names) for (let i = 0; i < warmUp; i++) await subjects[name]()
  for (let turn = 0; turn < turns; turn++)
    for (const name of names) for (let i = 0; i < perTurn; i++) figures.get(name)?.push(await subjects[name]())
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<Name, number>
}
