import { setTimeout } from '../../sandbox/guest/io/timers.ts'
import { DOMException } from '../base/dom-exception.ts'
import { Event, EventTarget, dispatchTrusted } from './events.ts'
import { PLATFORM, assertPlatform, defineInterface, toUnsignedLong } from '../base/webidl.ts'

/** DOM section 3.2. */
export class AbortSignal extends EventTarget {
  #isAborted = false
  #reason: unknown
  #onabort: ((event: Event) => unknown) | null = null
  /** The signals that `any` created from this one, directly or indirectly. */
  readonly #dependents = new Set<AbortSignal>()
  /** The signals from which `any` created this one. They are not dependent signals. */
  readonly #sources = new Set<AbortSignal>()
  #isDependent = false

  constructor(...[key]: unknown[]) {
    assertPlatform(key)
    super()
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = createSignal()
    abortSignal(signal, reason)
    return signal
  }

  /** @param ms milliseconds until the signal aborts with a TimeoutError */
  static timeout(ms: number): AbortSignal {
    const delayMs = toUnsignedLong(ms)
    const signal = createSignal()
    setTimeout(() => abortSignal(signal, new DOMException('The operation timed out.', 'TimeoutError')), delayMs)
    return signal
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    if (typeof signals !== 'object' || signals === null) throw new TypeError('expected a sequence of signals')
    const all = [...signals]
    const result = createSignal()
    for (const each of all) if (!isAbortSignal(each)) throw new TypeError('expected a sequence of signals')
    result.#isDependent = true
    const aborted = all.find((each) => each.#isAborted)
    if (aborted) {
      result.#isAborted = true
      result.#reason = aborted.#reason
      return result
    }
    for (const each of all) for (const source of each.#isDependent ? each.#sources : [each]) result.#follow(source)
    return result
  }

  get aborted(): boolean {
    return this.#isAborted
  }

  get reason(): unknown {
    return this.#reason
  }

  throwIfAborted(): void {
    // The reason may be any value.
    if (this.#isAborted) throw this.#reason
  }

  get onabort(): ((event: Event) => unknown) | null {
    return this.#onabort
  }

  set onabort(handler: unknown) {
    const isFirst = this.#onabort === null
    this.#onabort = typeof handler === 'function' ? (handler as (event: Event) => unknown) : null
    if (isFirst && this.#onabort) this.addEventListener('abort', this.#handle)
    else if (!this.#onabort) this.removeEventListener('abort', this.#handle)
  }

  readonly #handle = (event: Event): void => void this.#onabort?.call(this, event)

  #follow(source: AbortSignal): void {
    this.#sources.add(source)
    source.#dependents.add(this)
  }

  static isSignal(value: unknown): value is AbortSignal {
    return typeof value === 'object' && value !== null && #isAborted in value
  }

  /** "Signal abort": sets the reason of all dependent signals before it sends the first event. */
  static signal(signal: AbortSignal, reason?: unknown): void {
    if (signal.#isAborted) return
    const why = reason === undefined ? new DOMException('The operation was aborted.', 'AbortError') : reason
    const dependents = [...signal.#dependents].filter((each) => !each.#isAborted)
    for (const each of [signal, ...dependents]) {
      each.#isAborted = true
      each.#reason = why
      each.#dependents.clear()
      each.#sources.clear()
    }
    for (const each of [signal, ...dependents]) dispatchTrusted(new Event('abort'), each)
  }
}

/** Also used by the entry points: plugin code can replace the methods of the classes, but not these functions. */
export const { isSignal: isAbortSignal, signal: abortSignal, any: anySignal } = AbortSignal
Reflect.deleteProperty(AbortSignal, 'isSignal')
Reflect.deleteProperty(AbortSignal, 'signal')
defineInterface(AbortSignal, 'AbortSignal')

export function createSignal(): AbortSignal {
  return new AbortSignal(PLATFORM)
}

/** DOM section 3.1. */
export class AbortController {
  readonly #signal = createSignal()

  get signal(): AbortSignal {
    return this.#signal
  }

  abort(reason?: unknown): void {
    abortSignal(this.#signal, reason)
  }
}
defineInterface(AbortController, 'AbortController')
