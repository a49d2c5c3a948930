import { mix } from '../cases.ts'
import { buildCase, isValid } from './cases.ts'
import { checkCase } from './properties.ts'
import { shrink, showCase } from './shrink.ts'
import type { TaggedCase } from './cases.ts'
const [from, count, maxFail] = process.argv.slice(2).map(Number) as [number, number, number]
let valid = 0,
  bad = 0
const reasons = new Map<string, number>()
function why(c: TaggedCase): string | undefined {
  try {
    if (!isValid(c)) return undefined
    checkCase(c)
    return undefined
  } catch (e) {
    return e instanceof Error ? e.message : String(e)
  }
}
const t = performance.now()
for (let i = from; i < from + count; i++) {
  const n = 20 + (mix(i, 99) % 240)
  const c = buildCase(
    Array.from({ length: n }, (_, j) => mix(i, j) % 100000),
    i,
  )
  let v = false
  try {
    v = isValid(c)
  } catch (e) {
    console.log('validation threw', i, String(e))
  }
  if (!v) continue
  valid++
  const reason = why(c)
  if (reason === undefined) continue
  bad++
  const kind = kindOf(reason)
  reasons.set(kind, (reasons.get(kind) ?? 0) + 1)
  if ((reasons.get(kind) ?? 0) <= 1 && reasons.size <= maxFail) {
    const small = shrink(c, (s) => {
      const r = why(s)
      return r !== undefined && kindOf(r) === kind
    })
    console.log('-----', i, why(small)?.slice(0, 1500))
    console.log(showCase(small))
  }
}
console.log({ valid, bad, ms: performance.now() - t }, reasons)

function kindOf(r: string): string {
  const t = r.replace(/^after a crash at event \d+: /, 'crash: ')
  const miss = /not expected:\n/.test(t) && /missing:\n/.test(t) ? 'both' : /missing:\n/.test(t) ? 'missing' : 'extra'
  return t.startsWith('the outputs')
    ? 'outputs'
    : t.startsWith('node exec') || t.startsWith('incomplete') || t.startsWith('loops')
      ? t.slice(0, 15) + miss
      : t.slice(0, 25)
}
