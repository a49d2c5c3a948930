import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker({ maxCpuMs: 2000, isolateMemoryMb: 48, processMemoryMb: 500 })
})
afterAll(() => worker.close())

/** Collects the frames of an error, and what they expose: receivers, functions, files. */
const FRAMES = `
  const framesOf = (error) => {
    let frames = []
    Error.prepareStackTrace = (_error, sites) => { frames = sites; return '' }
    String(error.stack)
    return frames
  }
  const exposed = (frames) => frames.flatMap((frame) => {
    const self = frame.getThis(), made = frame.getFunction()
    return [self, made].filter((each) => each !== undefined && each !== globalThis).flatMap((each) => {
      const found = seen(each.constructor.constructor)
      return found === 'nothing' ? [] : [found]
    })
  })
  const files = (frames) => [...new Set(frames.map((frame) => String(frame.getFileName() ?? '').replace(/^[0-9a-f]{64}\\.js$/, 'plugin')))].filter((file) => file !== '').toSorted()
  const HOST = /node:|file:|\\/core\\/|\\.ts|node_modules|isolated/
`

const ATTEMPTS: Record<string, [run: string, out: unknown]> = {
  'frames of its own error expose nothing of the host': [`yield ['out', exposed(framesOf(new Error()))]`, []],
  'frames of its own error name only the plugin and the guest program': [
    `yield ['out', files(framesOf(new Error()))]`,
    ['ashlar:guest', 'plugin'],
  ],
  'frames of a host error expose nothing': [
    `const error = await context.storage.get('user', 'bug').catch((e) => e); yield ['out', exposed(framesOf(error))]`,
    [],
  ],
  'frames captured during a host reply expose nothing': [
    `Error.prepareStackTrace = (_e, sites) => sites
     const sites = await context.storage.get('user', 'k').then(() => new Error().stack); yield ['out', exposed(sites)]`,
    [],
  ],
  'frames captured in a timer name no file of the host': [
    `Error.prepareStackTrace = (_e, sites) => sites
     const sites = await new Promise((r) => setTimeout(() => r(new Error().stack), 1)); yield ['out', files(sites)]`,
    ['ashlar:guest', 'plugin'],
  ],
  'frames captured during JSON conversion of an output expose nothing': [
    `let found = 'none'
     yield ['out', { toJSON() { found = exposed(framesOf(new Error())); return 1 } }]; yield ['n', found]`,
    1,
  ],
  'frames of a stack overflow expose nothing': [
    `const dive = () => dive(); Error.stackTraceLimit = 1000; let frames = []
     Error.prepareStackTrace = (_e, sites) => (frames = sites.slice(-50), '')
     try { dive() } catch (e) { String(e.stack) }
     yield ['out', exposed(frames)]`,
    [],
  ],
  'the stack of a rejected host call contains no path': [
    `const { stack } = await context.storage.get('user', 'refuse').catch((e) => e); yield ['out', HOST.test(stack)]`,
    false,
  ],
  'the stack of a host bug contains no path': [
    `const error = await context.storage.get('user', 'bug').catch((e) => e); yield ['out', [error.message, HOST.test(error.stack), Object.keys(error), error.cause ?? null]]`,
    ['the host failed', false, ['name', 'code'], null],
  ],
  'the stack of a rejected import contains no path': [
    `const error = await import('node:fs').catch((e) => e); yield ['out', HOST.test(String(error.stack))]`,
    false,
  ],
  'the stack of a failed transfer contains no path': [
    `Math.max = () => ({}); let stack = 'none'; try { setTimeout(() => {}, 1) } catch (e) { stack = String(e.stack) } yield ['out', HOST.test(stack)]`,
    false,
  ],
  'Error.captureStackTrace reveals no path': [
    `const target = {}; Error.captureStackTrace(target); yield ['out', HOST.test(String(target.stack))]`,
    false,
  ],
  'a stack trace without a limit reveals no path': [
    `Error.stackTraceLimit = Infinity; yield ['out', HOST.test(new Error().stack)]`,
    false,
  ],
  'the caller of the plugin code is not exposed': [`yield ['out', callerOfTop]`, 'none'],
  'the caller of a function that the host calls is not exposed': [
    `let found = 'none'
     function then(resolve) { try { found = seen(then.caller.constructor) } catch { found = 'refused' } resolve(1) }
     await { then }; yield ['out', found]`,
    'refused',
  ],
  'the arguments of the caller are not exposed': [
    `let found = 'none'
     function toJSON() { found = toJSON.arguments?.callee?.caller == null ? 'none' : 'some'; return found }
     yield ['out', { toJSON }]`,
    'none',
  ],
  'an aggregate error leads to no function of the host': [
    `const all = await Promise.any([context.storage.get('user', 'bug')]).catch((e) => e); yield ['out', seen(all.errors.constructor.constructor)]`,
    'nothing',
  ],
  'an abort signal leads to no function of the host': [
    `yield ['out', [seen(context.signal.constructor.constructor), String(context.signal.reason ?? 'none')]]`,
    ['nothing', 'none'],
  ],
}
const TOP = `let callerOfTop = 'none'
  ;(function sloppy() { try { callerOfTop = arguments.callee.caller?.caller ? 'some' : 'none' } catch { callerOfTop = 'none' } })();${FRAMES}`

describe('a stack', () => {
  it.concurrent.each(Object.entries(ATTEMPTS))('%s', async (name, [run, out]) => {
    const result = await worker.attempt({ name, top: TOP, run })
    expect(result).toMatchObject({ changed: [] })
    expect(result.outputs[0] ?? result.error).toEqual(['out', out])
    expect(result.outputs[1] ?? ['n', []]).toEqual(['n', []])
  })

  it.concurrent.each([
    ['thrown by run', `throw new Error('mine')`],
    ['thrown by run, whose message is a getter', `throw Object.defineProperty(new Error(), 'message', { get: () => 'mine' })`],
    ['thrown by run, without a prototype', `throw Object.assign(Object.create(null), { toString: () => 'mine' })`],
    ['yielded as an error', `yield ['error', 'mine']`],
    ['made of a huge text', `throw new Error('mine'.repeat(1e6))`],
  ])('of an error %s does not reach the host', async (name, run) => {
    const { error } = await worker.attempt({ name, run })
    expect(error).toMatchObject({ code: 'BLOCK_FAILED', message: expect.stringMatching(/^mine(mine)*$/) })
    expect(error?.message.length).toBeLessThanOrEqual(2000)
  })

  it('of a plugin that does not load names no path of the host', async () => {
    const { error } = await worker.attempt({ name: 'load', top: `throw new Error('mine')`, run: '' })
    expect(error).toMatchObject({ code: 'PLUGIN_LOAD_FAILED', message: expect.stringContaining('mine') })
    expect(error?.message).not.toMatch(/node:|file:|\/core\/|node_modules|\.ts\b/)
  })
})
