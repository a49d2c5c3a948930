import { console } from './console.ts'
import { DOMException } from '../base/dom-exception.ts'
import { performance } from './performance-clock.ts'
import { defineConstants, defineInterface, requireArguments, toDictionary, toDomString } from '../base/webidl.ts'

interface EventInit {
  bubbles: boolean
  cancelable: boolean
  composed: boolean
}

const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 }

/** DOM section 2.2. */
export class Event {
  #type: string
  readonly #composed: boolean
  readonly #timeStamp = performance.now()
  #bubbles: boolean
  #cancelable: boolean
  #isInitialized = true
  #isTrusted = false
  #target: EventTarget | null = null
  #isDispatched = false
  #isStopped = false
  #isStoppedImmediately = false
  #isCanceled = false
  #isPassive = false

  constructor(type: unknown, init?: Partial<EventInit>) {
    requireArguments(arguments.length, 1)
    this.#type = toDomString(type)
    const { bubbles, cancelable, composed } = toDictionary<EventInit>(init)
    this.#bubbles = Boolean(bubbles)
    this.#cancelable = Boolean(cancelable)
    this.#composed = Boolean(composed)
  }

  get type(): string {
    return this.#type
  }
  get target(): EventTarget | null {
    return this.#target
  }
  get srcElement(): EventTarget | null {
    return this.#target
  }
  get currentTarget(): EventTarget | null {
    return this.#isDispatched ? this.#target : null
  }
  get eventPhase(): number {
    return this.#isDispatched ? PHASES.AT_TARGET : PHASES.NONE
  }
  get bubbles(): boolean {
    return this.#bubbles
  }
  get cancelable(): boolean {
    return this.#cancelable
  }
  get composed(): boolean {
    return this.#composed
  }
  get isTrusted(): boolean {
    return this.#isTrusted
  }
  get timeStamp(): number {
    return this.#timeStamp
  }
  get defaultPrevented(): boolean {
    return this.#isCanceled
  }
  get returnValue(): boolean {
    return !this.#isCanceled
  }
  set returnValue(value: unknown) {
    if (!value) this.preventDefault()
  }
  get cancelBubble(): boolean {
    return this.#isStopped
  }
  set cancelBubble(value: unknown) {
    if (value) this.#isStopped = true
  }

  composedPath(): EventTarget[] {
    return this.#isDispatched && this.#target ? [this.#target] : []
  }

  stopPropagation(): void {
    this.#isStopped = true
  }

  stopImmediatePropagation(): void {
    this.#isStopped = true
    this.#isStoppedImmediately = true
  }

  preventDefault(): void {
    if (this.#cancelable && !this.#isPassive) this.#isCanceled = true
  }

  initEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false): void {
    if (this.#isDispatched) return
    this.#isInitialized = true
    this.#isStopped = this.#isStoppedImmediately = this.#isCanceled = this.#isTrusted = false
    this.#target = null
    this.#type = toDomString(type)
    this.#bubbles = Boolean(bubbles)
    this.#cancelable = Boolean(cancelable)
  }

  /** DOM section 2.9, for a target without a tree. @returns false when the event was canceled */
  static dispatch(event: Event, target: EventTarget, isTrusted: boolean): boolean {
    if (event.#isDispatched || !event.#isInitialized)
      throw new DOMException('the event is already being dispatched', 'InvalidStateError')
    event.#isTrusted = isTrusted
    event.#isDispatched = true
    event.#target = target
    if (!event.#isStopped)
      for (const isCapture of [true, false]) {
        for (const listener of listenersOf(target)) {
          if (listener.type !== event.#type || listener.isRemoved || listener.isCapture !== isCapture) continue
          if (event.#isStoppedImmediately) break
          if (listener.isOnce) remove(target, listener)
          event.#isPassive = listener.isPassive
          invoke(listener, event, target)
          event.#isPassive = false
        }
        if (event.#isStopped) break
      }
    event.#isDispatched = event.#isStopped = event.#isStoppedImmediately = false
    return !event.#isCanceled
  }
}

/** Sends a trusted event. */
export const dispatchTrusted = (event: Event, target: EventTarget): boolean => dispatch(event, target, true)
const { dispatch } = Event
Reflect.deleteProperty(Event, 'dispatch')
defineInterface(Event, 'Event')
defineConstants(Event, PHASES)

/** DOM section 2.4. */
export class CustomEvent extends Event {
  #detail: unknown

  constructor(type: unknown, init?: Partial<EventInit & { detail: unknown }>) {
    requireArguments(arguments.length, 1)
    super(type, init)
    this.#detail = toDictionary<{ detail: unknown }>(init).detail ?? null
  }

  get detail(): unknown {
    return this.#detail
  }

  initCustomEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false, detail: unknown = null): void {
    if (this.eventPhase !== PHASES.NONE) return
    this.initEvent(type, bubbles, cancelable)
    this.#detail = detail
  }
}
defineInterface(CustomEvent, 'CustomEvent')

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

interface Listener {
  readonly type: string
  readonly callback: Callback
  readonly isCapture: boolean
  readonly isOnce: boolean
  readonly isPassive: boolean
  isRemoved: boolean
}

interface ListenerOptions {
  capture: boolean
  once: boolean
  passive: boolean
  signal: EventTarget & { readonly aborted: boolean }
}

/** DOM section 2.7. */
export class EventTarget {
  #listeners: readonly Listener[] = []

  addEventListener(type: unknown, callback: Callback | null, options?: boolean | Partial<ListenerOptions>): void {
    requireArguments(arguments.length, 2)
    const { capture, once, passive, signal } = flatten(options)
    if ('signal' in Object(options ?? {}) && signal !== undefined && !(signal instanceof EventTarget && 'aborted' in signal))
      throw new TypeError('signal must be an AbortSignal')
    assertCallback(callback)
    const name = toDomString(type)
    if (signal?.aborted || !callback || this.#find(name, callback, Boolean(capture))) return
    const listener: Listener = {
      type: name,
      callback,
      isCapture: Boolean(capture),
      isOnce: Boolean(once),
      isPassive: Boolean(passive),
      isRemoved: false,
    }
    this.#listeners = [...this.#listeners, listener]
    signal?.addEventListener('abort', () => remove(this, listener), { once: true })
  }

  removeEventListener(type: unknown, callback: Callback | null, options?: boolean | Partial<ListenerOptions>): void {
    requireArguments(arguments.length, 2)
    assertCallback(callback)
    const listener = callback && this.#find(toDomString(type), callback, Boolean(flatten(options).capture))
    if (listener) remove(this, listener)
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError('expected an Event')
    return dispatch(event, this, false)
  }

  #find(type: string, callback: Callback, isCapture: boolean): Listener | undefined {
    return this.#listeners.find((each) => each.type === type && each.callback === callback && each.isCapture === isCapture)
  }

  static listeners(target: EventTarget): readonly Listener[] {
    return target.#listeners
  }

  static remove(target: EventTarget, listener: Listener): void {
    listener.isRemoved = true
    target.#listeners = target.#listeners.filter((each) => each !== listener)
  }
}

const { listeners: listenersOf, remove } = EventTarget
Reflect.deleteProperty(EventTarget, 'listeners')
Reflect.deleteProperty(EventTarget, 'remove')
defineInterface(EventTarget, 'EventTarget')

function flatten(options: boolean | Partial<ListenerOptions> | undefined): Partial<ListenerOptions> {
  return typeof options === 'boolean' ? { capture: options } : toDictionary<ListenerOptions>(options)
}

function assertCallback(callback: unknown): void {
  if (callback !== null && callback !== undefined && typeof callback !== 'function' && typeof callback !== 'object')
    throw new TypeError('a listener must be a function, an object with handleEvent, or null')
}

/** Reports an error of a listener as a console line, because there is no window. The other listeners still run. */
function invoke({ callback }: Listener, event: Event, target: EventTarget): void {
  try {
    if (typeof callback === 'function') callback.call(target, event)
    else callback.handleEvent(event)
  } catch (error) {
    console.error?.(error)
  }
}
