/**
 * The first script of every isolate: what plugin bundles import from the host (`zod`, `@ashlar/sdk`), the web platform,
 * and the door through which the sandbox process enters. It is kept in the isolates' start-up snapshot.
 *
 * The process takes the functions of the door, calls `connect`, then `define` with the bundle, which removes the door from the
 * global object before any code of the plugin runs.
 */
import * as sdk from '@ashlar/sdk'
import * as zod from 'zod'
import { abort, collect, enter, goOn, recover, running, setPlugin, timerThrew } from './calls.ts'
import { connectEntropy, type DrawEntropy } from './io/entropy.ts'
import { reply } from './io/host-calls.ts'
import { explainLargeIntegers } from './input-messages.ts'
import { connectReports, limits, markEntered, shareComputing } from './io/outbox.ts'
import { connectTimers, fire } from './io/timers.ts'
import { installWebPlatform } from '../../web-platform/index.ts'
import type { GuestLimits } from '../channel/index.ts'

type Bundle = (require: (name: string) => unknown, module: { exports: Record<string, unknown> }) => void

const MODULES: Record<string, unknown> = { zod, 'zod/v4': zod, '@ashlar/sdk': sdk }

/** The door is gone before plugin code runs. */
function define(bundle: Bundle): void {
  markEntered()
  Reflect.deleteProperty(globalThis, '__ashlar')
  const module = { exports: {} as Record<string, unknown> }
  bundle((name) => MODULES[name], module)
  const plugin = module.exports.default as sdk.Plugin | undefined
  if (typeof plugin !== 'object' || plugin === null || !Array.isArray(plugin.blocks) || typeof plugin.name !== 'string')
    throw new TypeError(missingExport(module.exports))
  setPlugin(plugin)
}

function missingExport(exports: Record<string, unknown>): string {
  const names = Object.keys(exports).filter((name) => name !== 'default')
  const came =
    'default' in exports
      ? 'a default export that is no plugin'
      : `no default export${names.length > 0 ? `, but ${names.join(', ')}` : ''}`
  return `the file that "ashlar.blocks" in package.json names must export default definePlugin({ name, blocks }); it has ${came}`
}

/** Comes before {@link define}, so that plugin code can replace nothing through which it would see what is given here. */
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
  connectTimers(requestTimer, timerThrew, running)
  shareComputing(computing, guestNumber)
}

installWebPlatform()
explainLargeIntegers()
Object.defineProperty(globalThis, '__ashlar', {
  value: { define, connect, enter, goOn, recover, collect, abort, fire, reply },
  configurable: true,
})
