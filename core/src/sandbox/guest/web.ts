import { TextDecoder, TextEncoder } from '@exodus/bytes/encoding-lite.js'
import { AbortController, AbortSignal } from 'abortcontroller-polyfill/dist/cjs-ponyfill.js'
import { postLog } from './outbox.ts'
import { clearTimer, setInterval, setTimeout } from './timers.ts'

export { AbortController }

/** Puts what a bare isolate lacks of the standard web platform on its global object. */
export function installWebPlatform(): void {
  const api = {
    AbortController,
    AbortSignal,
    TextDecoder,
    TextEncoder,
    clearInterval: clearTimer,
    clearTimeout: clearTimer,
    console: createConsole(),
    queueMicrotask: (callback: () => void) => void Promise.resolve().then(callback),
    setInterval,
    setTimeout,
  }
  for (const [name, value] of Object.entries(api))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true })
}

function createConsole(): Record<string, (...args: unknown[]) => void> {
  const levels = ['debug', 'log', 'info', 'warn', 'error', 'trace']
  return Object.fromEntries(
    levels.map((level) => [level, (...args: unknown[]) => postLog(level, args.map(showArgument).join(' '))]),
  )
}

function showArgument(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? value.message
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
