import { showValue } from '../../../../base/index.ts'
import type { Draft } from './report.ts'

/** Returns graphs that run each other in a circle, or undefined if there are none. */
export function findCycle(drafts: readonly Draft[]): Draft[] | undefined {
  const byKey = new Map(drafts.map((draft) => [draft.key, draft]))
  const done = new Set<Draft>()
  const search = (draft: Draft, path: readonly Draft[]): Draft[] | undefined => {
    const start = path.indexOf(draft)
    if (start >= 0) return path.slice(start)
    if (done.has(draft)) return undefined
    for (const key of draft.children) {
      const child = byKey.get(key)
      const cycle = child && search(child, [...path, draft])
      if (cycle) return cycle
    }
    done.add(draft)
    return undefined
  }
  for (const draft of drafts) {
    const cycle = search(draft, [])
    if (cycle) return cycle
  }
  return undefined
}

const MAX_NAMED = 10

/** `"A" runs "B" runs "A"` */
export function describeCycle(cycle: readonly Draft[]): string {
  const names = [...cycle, ...cycle.slice(0, 1)].map(({ name }) => showValue(name))
  const shown = names.length > MAX_NAMED ? [...names.slice(0, MAX_NAMED - 1), '…', ...names.slice(-1)] : names
  return shown.join(' runs ')
}

/** Sorts graphs without cycles, so that a graph comes after those that it runs. */
export function sortDrafts(drafts: readonly Draft[]): Draft[] {
  const byKey = new Map(drafts.map((draft) => [draft.key, draft]))
  const sorted = new Set<Draft>()
  const visit = (draft: Draft): void => {
    if (sorted.has(draft)) return
    for (const key of draft.children) {
      const child = byKey.get(key)
      if (child) visit(child)
    }
    sorted.add(draft)
  }
  for (const draft of drafts) visit(draft)
  return [...sorted]
}
