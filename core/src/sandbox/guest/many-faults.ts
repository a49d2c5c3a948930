import { isEqual, type Block } from '@ashlar/sdk'
import { isToolPin } from '../../pins/index.ts'
import { isManyWith } from './pins.ts'

/** What a run has yielded: a pair, or the values of one iteration by pin. */
export type Yielded = [pin: string, value: unknown] | Record<string, unknown>

/**
 * Finds why a graph cannot use what a test of a block yields: several values on a pin that is not `many`, or pins with
 * different numbers of values.
 *
 * @param hasFailed whether the run has failed, so that its last iteration may be incomplete
 */
export function findManyFault(block: Block, input: object, yields: readonly Yielded[], hasFailed: boolean): string | undefined {
  const counts = new Map<string, number>()
  for (const pin of yields.flatMap((each) => (Array.isArray(each) ? [each[0]] : Object.keys(each))))
    if (pin !== 'error' && !isToolPin(pin)) counts.set(pin, (counts.get(pin) ?? 0) + 1)
  const isMany = (pin: string): boolean => isManyWith(block, pin, (name) => isSet(block, input, name))
  for (const [pin, count] of counts)
    if (count > 1 && !isMany(pin))
      return `PIN_NOT_MANY: the block yields ${count} values on pin "${pin}", which is not many: declare the pin with .meta({ many: true }), or yield one list or object`
  const loop = [...counts].filter(([pin]) => isMany(pin))
  if (hasFailed || yields.some((each) => !Array.isArray(each)) || loop.every(([, count]) => count === loop[0]?.[1]))
    return undefined
  const shown = loop.map(([pin, count]) => `${count} on "${pin}"`).join(', ')
  return `ITERATIONS_UNEQUAL: the block yields different numbers of values: ${shown}. Yield the values of one iteration together, as in yield { ${loop.map(([pin]) => pin).join(', ')} }`
}

/** Whether a test sets an input to a value other than its default. */
function isSet({ input: { shape } }: Block, input: Partial<Record<string, unknown>>, pin: string): boolean {
  const value = input[pin]
  if (value === undefined || value === null) return false
  const schema = Object.hasOwn(shape, pin) ? (shape[pin] as Block['input'] | undefined) : undefined
  return !isEqual(value, schema?.safeParse(undefined).data)
}
