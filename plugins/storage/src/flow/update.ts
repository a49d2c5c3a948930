import type { Storage } from '@ashlar/sdk'

export interface Place {
  storage: Storage
  scope: 'graph' | 'user'
  key: string
}

/**
 * Changes a stored value. Of several runs that change it at the same time, each sees the change of the previous one.
 *
 * @param change returns the new value, or undefined to keep the current one, and a result
 * @returns the result of the change that was stored
 */
export async function update<Result>(
  { storage, scope, key }: Place,
  change: (current: unknown) => { value?: unknown; result: Result },
): Promise<Result> {
  for (;;) {
    const current = await storage.get(scope, key)
    const { value, result } = change(current)
    if (value === undefined || (await storage.compareAndSet(scope, key, current, value))) return result
  }
}
