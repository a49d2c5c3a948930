/**
 * Creates an object whose keys have the order of the entries. A plain JavaScript object lists keys that are whole
 * numbers first, so a row `name, 2024, 2023` would become `2023, 2024, name`. If the orders differ, the object is a
 * proxy that lists its keys in the order of the entries, also for `Object.keys` and `JSON.stringify`. A copy with
 * `{ ...row }` or `z.record` has JavaScript's order again.
 */
export function orderedObject<Value>(entries: readonly (readonly [key: string, value: Value])[]): Record<string, Value> {
  const target = Object.fromEntries(entries) as Record<string, Value>
  if (!entries.some(([key]) => isDigit(key.charCodeAt(0)))) return target
  return inOrder(target, [...new Set(Array.from(entries, ([key]) => key))])
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** @param order the keys of the object, each once */
export function inOrder<Value>(target: Record<string, Value>, order: readonly string[]): Record<string, Value> {
  const natural = Object.keys(target)
  for (let i = 0; i < order.length; i++)
    if (natural[i] !== order[i]) return new Proxy<Record<string, Value>>(target, new KeyOrder(order))
  return target
}

class KeyOrder implements ProxyHandler<object> {
  readonly #order: readonly string[]

  constructor(order: readonly string[]) {
    this.#order = order
  }

  /** Omits deleted keys and appends added keys. */
  ownKeys(target: object): (string | symbol)[] {
    const kept = this.#order.filter((key) => Object.hasOwn(target, key))
    const all = Reflect.ownKeys(target)
    if (all.length === kept.length) return kept
    const known = new Set<string | symbol>(kept)
    return [...kept, ...all.filter((key) => !known.has(key))]
  }
}
