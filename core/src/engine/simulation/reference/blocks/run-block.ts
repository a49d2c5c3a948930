import { isToolPin } from '../../../../pins/index.ts'
import { perform, type ScriptedBlock } from './script.ts'

/** A value that a block yields. `k`: the iteration, on a pin that is `many`. */
export interface Yielded {
  pin: string
  value: unknown
  k: number | undefined
  /** Whether it was yielded on its own, not as a part of an iteration. */
  isSingle: boolean
}

/** What one attempt of a block does on its own. */
export interface Performance {
  yields: Yielded[]
  /** The numbers of yields after which it sleeps. */
  sleeps: number[]
  failure: Failure | undefined
  hangs: boolean
}

export interface Failure {
  code: string
  message: string
  isRetryable: boolean
}

/** An object is one iteration of all pins that are many; single yields count per pin. Rule 23. */
export function runBlock(block: ScriptedBlock, inputs: Record<string, unknown>, attempt: number): Performance {
  const performance: Performance = { yields: [], sleeps: [], failure: undefined, hangs: false }
  const many = Object.entries(block.outputs ?? {}).flatMap(([pin, markers]) => (markers.many ? [pin] : []))
  const counts = new Map(many.map((pin) => [pin, 0]))
  for (const deed of perform(block.expand?.(inputs) ?? block.does ?? defaultDeeds(block), inputs, attempt)) {
    if (deed.type === 'sleep') performance.sleeps.push(performance.yields.length)
    else if (deed.type === 'hang') performance.hangs = true
    else if (deed.type === 'fail')
      performance.failure = { code: 'BLOCK_FAILED', message: deed.message, isRetryable: deed.isRetryable }
    else {
      const next = Math.max(0, ...counts.values())
      for (const [pin, value] of deed.values) {
        const k = deed.isObject && counts.has(pin) ? next : counts.get(pin)
        performance.yields.push({ pin, value, k, isSingle: !deed.isObject })
        if (k !== undefined) counts.set(pin, k + 1)
      }
      if (deed.isObject) for (const pin of many) counts.set(pin, next + 1)
    }
  }
  return performance
}

/**
 * What the engine makes of an attempt: a fault of the yields ends it.
 *
 * @param budget the largest number of iterations
 * @param messageOf returns the text of a failure that the engine finds
 */
export function checkYields(performance: Performance, budget: number, messageOf: (code: string) => string): Performance {
  const seen = new Set<string>()
  for (const [i, { pin, k }] of performance.yields.entries()) {
    const isRepeated = k === undefined && !isToolPin(pin) && seen.has(pin)
    const isBeyond = k !== undefined && k >= budget
    seen.add(pin)
    if (!isRepeated && !isBeyond) continue
    const code = isRepeated ? 'PIN_NOT_MANY' : 'BUDGET_EXCEEDED'
    const failure = { code, message: messageOf(code), isRetryable: false }
    return { ...performance, yields: performance.yields.slice(0, i), failure }
  }
  if (performance.failure || performance.hangs || !isUnequal(performance)) return performance
  return { ...performance, failure: { code: 'ITERATIONS_UNEQUAL', message: messageOf('ITERATIONS_UNEQUAL'), isRetryable: false } }
}

function isUnequal({ yields }: Performance): boolean {
  const single = yields.filter(({ isSingle, k }) => isSingle && k !== undefined)
  const counts = [...Map.groupBy(single, ({ pin }) => pin).values()].map((own) => own.at(-1)?.k)
  return new Set(counts).size > 1
}

/** An input passes on its value. */
function defaultDeeds({ kind }: ScriptedBlock): NonNullable<ScriptedBlock['does']> {
  return kind === 'input' ? [{ yield: 'result', value: { $in: 'value' } }] : []
}
