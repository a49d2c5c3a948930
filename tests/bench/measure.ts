/** @returns the duration in milliseconds */
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

/** The mean of the middle half. More precise than a median for values in whole numbers. */
export function midMean(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4)
  const middle = values.toSorted((a, b) => a - b).slice(quarter, values.length - quarter)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}

/** The number of measurements of a subject: `warmUp` uncounted runs, then `turns` × `perTurn`. */
interface Rounds {
  warmUp: number
  turns: number
  perTurn: number
}

/**
 * Measures subjects alternately, so that other load on the machine affects them equally. Returns their medians.
 *
 * @param subjects functions by name, which run once and return a figure
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
