import { isToolPin } from '../../../pins/index.ts'
import { perform, type ScriptedBlock } from './script.ts'

/** A value that a block yields. `k`: the iteration, on a pin that is `many`. */
export interface Yielded {
  pin: string
  value: unknown
  k: number | undefined
}

export interface Performance {
  yields: Yielded[]
  /** The numbers of yields after which it sleeps. */
  sleeps: number[]
  /** Undefined if it succeeds. */
  failure: { code: string; message: string; isRetryable: boolean } | undefined
  /** It never ends. */
  hangs: boolean
}

/**
 * What one attempt of a block yields: an object is one iteration of all its pins, single yields count per pin. Rule 22.
 *
 * @param budget the largest number of iterations
 * @param message returns the text of a failure that the engine finds
 */
export function runBlock(
  block: ScriptedBlock,
  inputs: Record<string, unknown>,
  attempt: number,
  budget: number,
  message: (code: string) => string,
): Performance {
  const performance: Performance = { yields: [], sleeps: [], failure: undefined, hangs: false }
  const counts = new Map<string, number>()
  const single = new Set<string>()
  const many = Object.entries(block.outputs ?? {}).flatMap(([pin, markers]) => (markers.many ? [pin] : []))
  const used = new Set<string>()
  for (const deed of perform(block.does ?? defaultDeeds(block), inputs, attempt)) {
    if (deed.type === 'sleep') performance.sleeps.push(performance.yields.length)
    else if (deed.type === 'hang') performance.hangs = true
    else if (deed.type === 'fail')
      performance.failure = { code: 'BLOCK_FAILED', message: deed.message, isRetryable: deed.isRetryable }
    else {
      const repeated = deed.values.find(([pin]) => !many.includes(pin) && !isToolPin(pin) && used.has(pin))
      const k = Math.max(0, ...many.map((pin) => counts.get(pin) ?? 0))
      for (const [pin, value] of deed.values) {
        if (pin === repeated?.[0]) break
        if (many.includes(pin) && (deed.isObject ? k : (counts.get(pin) ?? 0)) >= budget) return exceeded(performance, message)
        used.add(pin)
        if (!deed.isObject && many.includes(pin)) single.add(pin)
        const own = deed.isObject ? k : (counts.get(pin) ?? 0)
        if (many.includes(pin) && !deed.isObject) counts.set(pin, own + 1)
        performance.yields.push({ pin, value, k: many.includes(pin) ? own : undefined })
      }
      if (deed.isObject) for (const pin of many) counts.set(pin, k + 1)
      if (!repeated) continue
      performance.failure = { code: 'PIN_NOT_MANY', message: message('PIN_NOT_MANY'), isRetryable: false }
      return performance
    }
  }
  const isUnequal = new Set([...single].map((pin) => counts.get(pin))).size > 1
  if (isUnequal && !performance.failure && !performance.hangs)
    performance.failure = { code: 'ITERATIONS_UNEQUAL', message: message('ITERATIONS_UNEQUAL'), isRetryable: false }
  return performance
}

function exceeded(performance: Performance, message: (code: string) => string): Performance {
  return { ...performance, failure: { code: 'BUDGET_EXCEEDED', message: message('BUDGET_EXCEEDED'), isRetryable: false } }
}

/** An input passes on its value. */
function defaultDeeds({ kind }: ScriptedBlock): NonNullable<ScriptedBlock['does']> {
  return kind === 'input' ? [{ yield: 'result', value: { $in: 'value' } }] : []
}
