/**
 * The first script of every isolate: what plugin bundles import from the host (`zod`, `@ashlar/sdk`), the web platform,
 * and the door through which the sandbox process enters. It is kept in the isolates' start-up snapshot.
 *
 * The process calls `define` with the bundle, then takes the functions of the door and removes it from the global object.
 */
import * as sdk from '@ashlar/sdk'
import * as zod from 'zod'
import { abort, collect, enter, goOn, setPlugin } from './calls.ts'
import { connectEntropy, type DrawEntropy } from './entropy.ts'
import { reply } from './host-calls.ts'
import { limits, shareComputing } from './outbox.ts'
import { connectTimers, fire } from './timers.ts'
import { installWebPlatform } from './web/index.ts'
import type { GuestLimits } from '../protocol.ts'

type Bundle = (require: (name: string) => unknown, module: { exports: Record<string, unknown> }) => void

const MODULES: Record<string, unknown> = { zod, 'zod/v4': zod, '@ashlar/sdk': sdk }

const { deleteProperty } = Reflect
const { assign } = Object
const { parse } = JSON

function define(bundle: Bundle): void {
  const module = { exports: {} as Record<string, unknown> }
  bundle((name) => MODULES[name], module)
  const plugin = module.exports.default as sdk.Plugin | undefined
  if (typeof plugin !== 'object' || plugin === null || !Array.isArray(plugin.blocks) || typeof plugin.name !== 'string')
    throw new TypeError('the entry must export default definePlugin({ name, blocks })')
  setPlugin(plugin)
}

/** Plugin code has run before this and may have replaced what it could reach: it gets to see none of what is given here. */
function connect(
  requestTimer: (id: number, delayMs: number) => void,
  drawEntropy: DrawEntropy,
  limitsJson: string,
  computing: SharedArrayBuffer,
): void {
  deleteProperty(globalThis, '__ashlar')
  assign(limits, parse(limitsJson) as GuestLimits)
  connectEntropy(drawEntropy)
  connectTimers(requestTimer)
  shareComputing(computing)
}

installWebPlatform()
Object.defineProperty(globalThis, '__ashlar', {
  value: { define, connect, enter, goOn, collect, abort, fire, reply },
  configurable: true,
})
