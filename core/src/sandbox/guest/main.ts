/**
 * The first script of every isolate: the modules that plugin bundles import from the host (`zod`, `@ashlar/sdk`), the
 * web platform, and the entry points for the sandbox process (`__ashlar`). It is part of the snapshot from which
 * isolates start.
 *
 * The process gets the entry points, calls `connect`, and then `define` with the bundle. `define` removes `__ashlar`
 * from the global object before any plugin code runs.
 */
import type * as sdk from '@ashlar/sdk'
import { abort, collect, enter, resume, recover, running, setPlugin, handleTimerError } from './calls.ts'
import { connectEntropy, type DrawEntropy } from './io/entropy.ts'
import { reply } from './io/host-calls.ts'
import { explainLargeIntegers } from './input-messages.ts'
import { connectReports, limits, markEntered, shareComputing } from './io/outbox.ts'
import { connectTimers, fire } from './io/timers.ts'
import { loadHostModule } from './host-modules.ts'
import { installWebPlatform } from '../../web-platform/index.ts'
import type { GuestLimits } from '../channel/index.ts'

type Exports = Record<string, unknown>
type Bundle = (require: (name: string) => unknown, module: { exports: Exports | Promise<Exports> }) => void

let loading: Promise<void> | undefined

/**
 * Removes the entry points from the global object and evaluates the bundle.
 *
 * @returns whether the bundle awaits at its top level: the host then calls {@link loaded}
 */
function define(bundle: Bundle): boolean {
  markEntered()
  Reflect.deleteProperty(globalThis, '__ashlar')
  const module: { exports: Exports | Promise<Exports> } = { exports: {} }
  bundle(loadHostModule, module)
  const { exports } = module
  if (!(exports instanceof Promise)) takePlugin(exports)
  else loading = exports.then(takePlugin)
  return loading !== undefined
}

/** Resolves when the bundle is evaluated. */
async function loaded(): Promise<void> {
  await loading
}

function takePlugin(exports: Exports): void {
  const plugin = exports.default as sdk.Plugin | undefined
  if (typeof plugin !== 'object' || plugin === null || !Array.isArray(plugin.blocks) || typeof plugin.name !== 'string')
    throw new TypeError(missingExport(exports))
  setPlugin(plugin)
}

function missingExport(exports: Exports): string {
  const names = Object.keys(exports).filter((name) => name !== 'default')
  const found =
    'default' in exports
      ? 'a default export that is not a plugin'
      : `no default export${names.length > 0 ? `, but ${names.join(', ')}` : ''}`
  return `the file that "ashlar.blocks" in package.json names must export default definePlugin({ name, blocks }); it has ${found}`
}

/** Called before {@link define}, so that plugin code cannot replace functions to get access to these arguments. */
function connect(
  requestTimer: (id: number, delayMs: number) => void,
  drawEntropy: DrawEntropy,
  sendReport: (events: string, computing: number) => void,
  limitsJson: string,
  computing: SharedArrayBuffer,
  guestNumber: number,
): void {
  Object.assign(limits, JSON.parse(limitsJson) as GuestLimits)
  connectEntropy(drawEntropy)
  connectReports(sendReport)
  connectTimers(requestTimer, handleTimerError, running)
  shareComputing(computing, guestNumber)
}

installWebPlatform()
explainLargeIntegers()
Object.defineProperty(globalThis, '__ashlar', {
  value: { define, loaded, connect, enter, resume, recover, collect, abort, fire, reply },
  configurable: true,
})
