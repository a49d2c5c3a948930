export interface BenchRow {
  id: number
  name: string
  city: string
  amount: number
  day: string
}

/** The rows of the row workload. The bench plugin contains a copy of this function. */
export function createRows(count: number): BenchRow[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    name: `n${i % 1000}`,
    city: `c${i % 50}`,
    amount: (i * 7919) % 1009,
    day: `20${10 + (i % 10)}-0${1 + (i % 9)}-15`,
  }))
}
