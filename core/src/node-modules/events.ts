/** `node:events`. The emitter is a function, so that old code can call it without `new`. */
import EventEmitter from 'events/events.js'

export { EventEmitter, EventEmitter as default }
export { addAbortListener, getEventListeners, on } from 'unenv/node/events'
export const { once, defaultMaxListeners, listenerCount } = EventEmitter
export const errorMonitor = Symbol.for('events.errorMonitor')
export const captureRejectionSymbol = Symbol.for('nodejs.rejection')

export function setMaxListeners(count: number, ...emitters: { setMaxListeners?: (count: number) => void }[]): void {
  for (const emitter of emitters) emitter.setMaxListeners?.(count)
}
