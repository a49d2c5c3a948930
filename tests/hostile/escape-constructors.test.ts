import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker({ maxCpuMs: 2000, isolateMemoryMb: 48, processMemoryMb: 500 })
})
afterAll(() => worker.close())

/** Expressions that return a function constructor, in code that may await. */
const CONSTRUCTORS: Record<string, string> = {
  'an input object': 'n.constructor.constructor',
  'an array inside an input': 'n.list.constructor.constructor',
  'an input text': 'n.text.constructor.constructor',
  'an input number': 'n.list[0].constructor.constructor',
  'an input whose key is called constructor': 'n.nested.constructor.name.constructor.constructor',
  'the context': 'context.constructor.constructor',
  'a getter of the context': `Object.getOwnPropertyDescriptor(Object.getPrototypeOf(context), 'signal').get.constructor`,
  'the signal': 'context.signal.constructor.constructor',
  'a method of the signal': 'context.signal.addEventListener.constructor',
  'the storage': 'context.storage.constructor.constructor',
  'a method of the storage': 'context.storage.get.constructor',
  'the promise of a host call': `context.storage.get('user', 'k').constructor.constructor`,
  'the reply of a host call': `(await context.storage.get('user', 'k')).constructor.constructor`,
  'an object inside a reply': `(await context.storage.get('user', 'k')).list[1].constructor.constructor`,
  'the prototype of a reply': `Object.getPrototypeOf(await context.storage.get('user', 'k')).constructor.constructor`,
  'an error that the host refuses with': `(await context.storage.get('user', 'refuse').catch((e) => e)).constructor.constructor`,
  'an error behind a bug of the host': `(await context.storage.get('user', 'bug').catch((e) => e)).constructor.constructor`,
  'the id of a timer': 'setTimeout(() => {}, 1).constructor.constructor',
  'the function that sets timers': 'setTimeout.constructor',
  'the function that clears intervals': 'clearInterval.constructor',
  'the arguments of a timer': 'await new Promise((r) => setTimeout((...args) => r(args.constructor.constructor), 1, n))',
  'the console': 'console.constructor.constructor',
  'a method of the console': 'console.log.constructor',
  'a text encoder': 'new TextEncoder().constructor.constructor',
  'encoded bytes': `new TextEncoder().encode('a').buffer.constructor.constructor`,
  'the require function of the plugin': 'require_.constructor',
  'the module of the plugin': 'module_.constructor.constructor',
  'a function of the SDK': 'defineBlock.constructor',
  'a schema of zod': 'z.string().constructor.constructor',
  'an error that zod throws': `z.string().safeParse(1).error.constructor.constructor`,
  'the error of a stack overflow':
    '(() => { const f = () => f(); try { f() } catch (e) { return e } })().constructor.constructor',
  'the error of a bad regular expression': `(() => { try { new RegExp('[') } catch (e) { return e } })().constructor.constructor`,
  'the reason of a refused import': `(await import('fs').catch((e) => e)).constructor.constructor`,
  'a module of WebAssembly': 'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).constructor.constructor',
  'a shared buffer': 'new SharedArrayBuffer(8).constructor.constructor',
  'a proxy of the context': 'new Proxy(context, {}).constructor.constructor',
  'a function made by the constructor of a bound function': 'context.storage.get.bind(null).constructor',
  'a species of its own': 'Promise[Symbol.species].constructor',
  'an iterator of the inputs': 'Object.getPrototypeOf(n.list[Symbol.iterator]()).next.constructor',
  'the global object': 'globalThis.constructor.constructor',
  eval: '(source) => () => (0, eval)(`(function () { ${source} })()`)',
  'Reflect.construct': '(source) => Reflect.construct(Function, [source])',
  'Reflect.construct for another target': '(source) => Reflect.construct(Function, [source], context.signal.constructor)',
}

const LATER: Record<string, string> = {
  'an async method of the storage': 'context.storage.set.constructor',
  'an async function': '(async () => {}).constructor',
  'a generator': '(function* () {}).constructor',
  'an async generator': '(async function* () {}).constructor',
  'the running generator': 'Object.getPrototypeOf(blockRun).constructor',
}

const TOP = 'const require_ = require, module_ = module; let blockRun = async function* () {}'
const INPUT = { text: 'a', list: [1, 2], nested: { constructor: { name: 'a' } } }

describe('a function constructor reached through', () => {
  it.concurrent.each(Object.entries(CONSTRUCTORS))('%s creates functions of the guest', async (name, expression) => {
    const run = `yield ['out', seen(${expression})]`
    expect(await worker.attempt({ name, top: TOP, run }, { n: INPUT })).toMatchObject({
      outputs: [['out', 'nothing']],
      changed: [],
    })
  })

  it.concurrent.each(Object.entries(LATER))('%s creates functions of the guest', async (name, expression) => {
    const run = `yield ['out', await seenLater(${expression})]`
    expect(await worker.attempt({ name, top: TOP, run }, { n: INPUT })).toMatchObject({
      outputs: [['out', 'nothing']],
      changed: [],
    })
  })
})
