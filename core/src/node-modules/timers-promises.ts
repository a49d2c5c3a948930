/** `node:timers/promises`, with the timers of the sandbox. */
interface Options {
  signal?: AbortSignal
}

export function setTimeout<T>(delayMs?: number, value?: T, { signal }: Options = {}): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve(value)
    }, delayMs)
    const stop = (): void => {
      globalThis.clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

export function setImmediate<T>(value?: T, options?: Options): Promise<T | undefined> {
  return setTimeout(0, value, options)
}

export async function* setInterval<T>(delayMs?: number, value?: T, options?: Options): AsyncGenerator<T | undefined> {
  for (;;) yield setTimeout(delayMs, value, options)
}

export const scheduler = {
  wait: (delayMs: number, options?: Options): Promise<void> => setTimeout(delayMs, undefined, options),
  yield: (): Promise<void> => setTimeout(0, undefined),
}
