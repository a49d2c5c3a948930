/**
 * `node:async_hooks`. The engine does not report where an async function continues. Therefore the store of
 * {@link AsyncLocalStorage.run} is the current one while its callback runs, until its first `await`. Later code gets
 * `undefined`, and never the store of another call.
 */
export class AsyncLocalStorage<T> {
  #store: T | undefined

  static bind<F extends (...args: never[]) => unknown>(f: F): F {
    return f
  }

  static snapshot() {
    return <R>(f: (...args: unknown[]) => R, ...args: unknown[]): R => f(...args)
  }

  getStore(): T | undefined {
    return this.#store
  }

  run<R>(store: T | undefined, callback: (...args: unknown[]) => R, ...args: unknown[]): R {
    const outer = this.#store
    this.#store = store
    try {
      return callback(...args)
    } finally {
      this.#store = outer
    }
  }

  exit<R>(callback: (...args: unknown[]) => R, ...args: unknown[]): R {
    return this.run(undefined, callback, ...args)
  }

  enterWith(): never {
    throw new Error('AsyncLocalStorage.enterWith is not available in a sandbox; use run(store, callback)')
  }

  disable(): void {
    this.#store = undefined
  }
}

export class AsyncResource {
  readonly type: string

  constructor(type: string) {
    this.type = type
  }

  static bind<F extends (...args: never[]) => unknown>(f: F): F {
    return f
  }

  runInAsyncScope<R>(f: (...args: unknown[]) => R, self?: unknown, ...args: unknown[]): R {
    return f.apply(self, args)
  }

  bind<F extends (...args: never[]) => unknown>(f: F): F {
    return f
  }

  emitDestroy(): this {
    return this
  }

  asyncId(): number {
    return 0
  }

  triggerAsyncId(): number {
    return 0
  }
}

export function createHook(): { enable(): void; disable(): void } {
  return { enable() {}, disable() {} }
}

export function executionAsyncId(): number {
  return 0
}

export function triggerAsyncId(): number {
  return 0
}

export function executionAsyncResource(): object {
  return {}
}
