import { canonicalJson } from '@ashlar/sdk'
import { draw, type Random } from './random.ts'

export interface Sampling {
  rows: readonly unknown[]
  /** At most the number of rows. */
  size: number
  random: Random
  stratifyKey: string | null
  weightKey: string | null
  clusterKey: string | null
}

type Method = (sampling: Sampling) => number[]

/** The ways of choosing rows. Each returns the indexes of the chosen rows. */
export const METHODS = {
  random: ({ rows, size, random }) => draw(indexes(rows), size, random),
  systematic: ({ rows, size, random }) => {
    const step = Math.floor(rows.length / size)
    const start = Math.floor(random() * step)
    return Array.from({ length: size }, (_, i) => start + i * step)
  },
  top: ({ size }) => Array.from({ length: size }, (_, i) => i),
  bottom: ({ rows, size }) => Array.from({ length: size }, (_, i) => rows.length - size + i),
  stratified: (sampling) => {
    const strata = groupBy(sampling, 'stratify_key', sampling.stratifyKey)
    const sizes = shareOut(strata, sampling)
    return strata.flatMap((stratum, i) => draw(stratum, sizes[i] ?? 0, sampling.random))
  },
  weighted: drawWeighted,
  reservoir: ({ rows, size, random }) => {
    const chosen = indexes(rows).slice(0, size)
    for (let i = size; i < rows.length; i++) {
      const at = Math.floor(random() * (i + 1))
      if (at < size) chosen[at] = i
    }
    return chosen
  },
  cluster: (sampling) => {
    const { size, random } = sampling
    const clusters = groupBy(sampling, 'cluster_key', sampling.clusterKey)
    const chosen: number[] = []
    for (const cluster of draw(clusters, clusters.length, random)) if (chosen.length < size) chosen.push(...cluster)
    return chosen.length > size ? draw(chosen, size, random) : chosen
  },
} satisfies Record<string, Method>

function indexes(rows: readonly unknown[]): number[] {
  return [...rows.keys()]
}

/** Groups the indexes of the rows by a column. */
function groupBy({ rows }: Sampling, pin: string, key: string | null): number[][] {
  const groups = Map.groupBy(rows.keys(), (i) => canonicalJson(readColumn(rows, i, pin, key)))
  return [...groups.values()]
}

/** @throws {Error} when the row has no such column */
function readColumn(rows: readonly unknown[], i: number, pin: string, key: string | null): unknown {
  if (key === null || key === '') throw new Error(`${pin} must name a column for this method`)
  const row = rows[i]
  const isDictionary = typeof row === 'object' && row !== null && !Array.isArray(row)
  const value = isDictionary && Object.hasOwn(row, key) ? (row as Record<string, unknown>)[key] : null
  if (value === null) throw new Error(`row ${i + 1} has no value for the column ${JSON.stringify(key)}`)
  return value
}

/** The sizes of the samples of the strata: in proportion, at least 1 while that is possible, `size` together. */
function shareOut(strata: readonly number[][], { rows, size }: Sampling): number[] {
  const sizes = strata.map(({ length }) => Math.max(1, Math.floor((length / rows.length) * size)))
  for (let missing = size - sum(sizes); missing !== 0; missing = size - sum(sizes)) {
    const step = Math.sign(missing)
    const at = largest(sizes, (i) => step < 0 || (sizes[i] ?? 0) < (strata[i]?.length ?? 0))
    sizes[at] = (sizes[at] ?? 0) + step
  }
  return sizes
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function largest(sizes: readonly number[], isCandidate: (index: number) => boolean): number {
  let best = -1
  for (const [i, size] of sizes.entries()) if (isCandidate(i) && (best < 0 || size > (sizes[best] ?? 0))) best = i
  return best
}

/** Draws with replacement: a row may be chosen several times. */
function drawWeighted({ rows, size, random, weightKey }: Sampling): number[] {
  let total = 0
  const totals = indexes(rows).map((i) => {
    const weight = Number(readColumn(rows, i, 'weight_key', weightKey))
    if (!(weight >= 0)) throw new Error(`row ${i + 1}: the weight must be a number from 0`)
    return (total += weight)
  })
  if (total === 0) throw new Error('at least one weight must be more than 0')
  return Array.from({ length: size }, () => {
    const at = random() * total
    return totals.findIndex((each) => each > at)
  })
}
