import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'
import { freshBundles } from './plugin-source.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker({ maxCpuMs: 1500, isolateMemoryMb: 48, processMemoryMb: 500, loadTimeoutMs: 1500 })
})
afterAll(() => worker.close())

const POLLUTION: Record<string, string> = {
  'an output with an own key __proto__': `yield ['out', parse('{"__proto__":{"polluted":1}}')]`,
  'an output with a key constructor': `yield ['out', { constructor: { prototype: { polluted: 1 } } }]`,
  'an array with a key __proto__': `yield ['out', Object.assign([1], parse('{"__proto__":{"polluted":1}}'))]`,
  'a forged event with a key __proto__': `yield forge('{"t":"l","id":0,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')`,
  'a forged output on the pin __proto__': `yield forge({ t: 'o', id: 256, pin: '__proto__', v: { polluted: 1 } })`,
  'an error with a name of a prototype': `throw Object.assign(new Error('mine'), parse('{"__proto__":{"polluted":1},"code":"__proto__"}'))`,
  'a log with a key __proto__': `console.log(parse('{"__proto__":{"polluted":1}}')); yield ['out', 1]`,
  'an argument of a host call': `await context.storage.set('user', 'k', parse('{"__proto__":{"polluted":1}}')); yield ['out', 1]`,
  'a key of a host call': `await context.storage.set('user', '__proto__', { polluted: 1 }); yield ['out', 1]`,
  'a scope of a host call': `await context.storage.get('__proto__', 'polluted'); yield ['out', 1]`,
  'the reply of a host call': `Object.assign({}, await context.storage.get('user', 'proto')); yield ['out', 1]`,
  'the prototype of the inputs': `Object.getPrototypeOf(n).polluted = 1; yield ['out', 1]`,
  'the prototype of a reply': `Object.getPrototypeOf(await context.storage.get('user', 'k')).polluted = 1; yield ['out', 1]`,
  'the prototype of an error of the host': `const e = await context.storage.get('user', 'refuse').catch((e) => e); Object.getPrototypeOf(e).polluted = e.__proto__.__proto__.polluted = 1; yield ['out', 1]`,
  'the prototype of the signal': `Object.getPrototypeOf(context.signal).aborted = true; yield ['out', 1]`,
  'the prototypes of everything': `for (const name of Object.getOwnPropertyNames(globalThis)) { const p = globalThis[name]?.prototype; if (p) try { p.polluted = 1 } catch {} } yield ['out', 1]`,
}

/**
 * The result of the call itself does not matter. The call must end, without an effect on the worker or on a plugin that
 * runs beside it.
 */
const HOOKS: Record<string, string> = {
  'JSON.stringify that returns an object': `JSON.stringify = () => ({}); yield ['out', 1]`,
  'JSON.stringify that throws': `JSON.stringify = () => { throw 1 }; yield ['out', 1]`,
  'JSON.parse that returns a forged call': `JSON.parse = () => [{ id: 512, kind: 'run', block: 'attempt', input: {} }]; await context.storage.get('user', 'k'); yield ['out', 1]`,
  'Array.prototype.push that does nothing': `Array.prototype.push = () => 0; yield ['out', 1]`,
  'Array.prototype.join that returns no JSON': `Array.prototype.join = () => ']]}'; yield ['out', 1]`,
  'Array.prototype.join that throws': `Array.prototype.join = () => { throw new Error('join') }; yield ['out', 1]`,
  'Array.prototype.join that returns an object': `Array.prototype.join = () => ({ toString: () => '1' }); yield ['out', 1]`,
  'Array.prototype.splice that never ends': `Array.prototype.splice = () => { for (;;); }; yield ['out', 1]`,
  'Array.prototype with a setter at 0': `Object.defineProperty(Array.prototype, 0, { set() { throw 1 }, get: () => 1 }); yield ['out', 1]`,
  'Array.prototype[Symbol.iterator] that never ends': `Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1 }; yield ['out', 1]`,
  'Map.prototype.get that returns forged objects': `Map.prototype.get = () => ({ run() {}, resolve() {}, abort() {} }); await context.storage.get('user', 'k'); yield ['out', 1]`,
  'Map.prototype.delete that always returns true': `Map.prototype.delete = () => true; yield ['out', 1]`,
  'Set.prototype.delete that always returns false': `Set.prototype.delete = () => false; await context.storage.get('user', 'k'); yield ['out', 1]`,
  'Promise.prototype.then that calls back twice': `const { then } = Promise.prototype; Promise.prototype.then = function (a, b) { then.call(this, a, b); return then.call(this, a, b) }; yield ['out', 1]`,
  'Promise.prototype.then that never calls back': `Promise.prototype.then = () => {}; yield ['out', 1]`,
  'Promise.withResolvers that throws': `Promise.withResolvers = () => { throw 1 }; await context.storage.get('user', 'k')`,
  'Object.prototype.then': `Object.prototype.then = function (resolve) { resolve(1) }; yield ['out', {}]`,
  'Object.prototype.toJSON': `Object.prototype.toJSON = () => '"}]'; yield ['out', {}]`,
  'String.prototype.toJSON': `String.prototype.toJSON = () => '"}]'; yield ['out', 'a']`,
  'a setter for id on Object.prototype': `Object.defineProperty(Object.prototype, 'id', { set() { throw 1 } }); await context.storage.get('user', 'k'); yield ['out', 1]`,
  'a getter for code on Object.prototype': `Object.defineProperty(Object.prototype, 'code', { get: () => 'OUTPUT_LIMIT' }); throw {}`,
  'Error[Symbol.hasInstance] that returns true': `Object.defineProperty(Error, Symbol.hasInstance, { value: () => true }); throw 1`,
  'Date.now that returns a constant': `Date.now = () => 0; yield ['out', 1]`,
  'Object.hasOwn that returns true': `Object.hasOwn = () => true; yield ['toString', 1]`,
  'a species that is not an array': `Object.defineProperty(Array, Symbol.species, { get: () => function () { return { length: 0 } } }); yield ['out', [1].concat(2)]`,
  'an output whose toJSON throws': `yield ['out', { toJSON() { throw new Error('json') } }]`,
  'an output whose toJSON yields on': `yield ['out', { toJSON() { console.log('inside'); return { toJSON: 1 } } }]`,
  'an output with a getter that throws': `yield ['out', { get a() { throw new Error('get') } }]`,
  'an output that is a proxy of everything': `yield ['out', new Proxy({}, { ownKeys() { throw 1 }, get() { throw 2 } })]`,
  'an output that is a proxy of a function': `yield ['out', new Proxy(() => {}, { apply: () => 1 })]`,
  'an output that is a thenable': `yield ['out', { then(resolve) { resolve({ then: resolve }) } }]`,
  'a pair that is a proxy': `yield new Proxy(['out', 1], { get(t, k) { if (k === '1') throw new Error('pair'); return t[k] } })`,
  'a pair whose pin is an object': `yield [{ toString: () => 'out' }, 1]`,
  'a pair with a pin that changes': `let i = 0; yield { __proto__: Array.prototype, length: 2, get 0() { return i++ ? '__proto__' : 'out' }, 1: 1 }`,
  'an output that is a symbol, a function, a BigInt': `yield ['out', [Symbol('a'), () => 1]]; yield ['out', 1n]`,
  'an error whose message throws': `throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('message') } })`,
  'an error whose message is an object': `throw Object.assign(new Error(), { message: { toString: 1, valueOf: 1 } })`,
  'an error that cannot be text': `throw Object.create(null)`,
  'an error that is a symbol': `throw Symbol('mine')`,
  'an error that is a proxy': `throw new Proxy(new Error('mine'), { getPrototypeOf() { throw new Error('proto') } })`,
  'arguments whose toJSON calls the host': `await context.storage.set('user', 'k', { toJSON() { void context.storage.get('user', 'k'); return 1 } }); yield ['out', 1]`,
  'a stack overflow inside toJSON': `const f = () => f(); yield ['out', { toJSON: f }]`,
  'a stack overflow inside a log': `const f = () => f(); console.log({ toJSON: f }); yield ['out', 1]`,
  'a stack overflow at the edge of a host call': `const dive = () => { try { dive() } catch { void context.storage.get('user', 'k').catch(() => {}) } }; dive(); yield ['out', 1]`,
  'a stack overflow at the edge of a timer': `const dive = () => { try { dive() } catch { setTimeout(() => {}, 1) } }; dive(); yield ['out', 1]`,
  'a timer that throws': `setTimeout(() => { throw new Error('timer') }, 1); await new Promise((r) => setTimeout(r, 50))`,
  'a timer whose callback is text': `setTimeout('process.exit()', 1); await new Promise((r) => setTimeout(r, 50))`,
  'a timer whose delay is a BigInt': `Math.max = () => 5n; setTimeout(() => {}, 1); yield ['out', 1]`,
  'a timer whose delay is an object': `Math.max = () => ({ valueOf() { throw 1 } }); setTimeout(() => {}, 1); yield ['out', 1]`,
  'a listener of abort that throws': `context.signal.addEventListener('abort', () => { throw new Error('abort') }); await new Promise(() => {})`,
  'a microtask that throws': `queueMicrotask(() => { throw new Error('microtask') }); await null; yield ['out', 1]`,
  'an unhandled rejection': `Promise.reject(new Error('unhandled')); await null; yield ['out', 1]`,
  'deleted globals': `for (const name of Reflect.ownKeys(globalThis)) try { delete globalThis[name] } catch {} yield ['out', 1]`,
  'builtins that are frozen': `for (const name of Object.getOwnPropertyNames(globalThis)) { const v = globalThis[name]; if (v?.prototype) Object.freeze(v.prototype) } yield ['out', 1]`,
}

/** The plugin's top level runs before the guest removes `__ashlar`, the interface to the host. */
const AT_LOAD: Record<string, string> = {
  'deletes the host interface': `delete globalThis.__ashlar`,
  'replaces the host interface': `Object.defineProperty(globalThis, '__ashlar', { value: new Proxy({}, { get: () => () => 'x' }), configurable: true }); void Promise.resolve().then(() => delete globalThis.__ashlar)`,
  'connects the host interface itself': `globalThis.__ashlar.connect(() => {}, '{"maxValueBytes":1e12,"maxOutputs":1e12}', new SharedArrayBuffer(8))`,
  'enters forged calls': `void globalThis.__ashlar.enter('[{"id":1,"kind":"run","block":"attempt","input":{}}]')`,
  'collects reports in place of the host': `globalThis.__ashlar.collect()`,
  'replies to itself': `globalThis.__ashlar.reply('[1,"forged"]')`,
  'keeps the shared memory of the host interface': `const { Float64Array: F } = globalThis; globalThis.Float64Array = class extends F { constructor(b) { super(b); globalThis.shared = this; this.fill(512) } }`,
  'freezes the global object': `Object.freeze(globalThis)`,
  'exports a proxy': `const real = definePlugin; setTimeout(() => {}, 0); module.exports = new Proxy({}, { get: (t, k) => t[k], set: (t, k, v) => ((t[k] = new Proxy(v, {})), true) })`,
}

const innocentBundle = freshBundles({
  name: 'attempt',
  run: `yield ['out', n]; await new Promise((r) => setTimeout(r, 5)); yield ['n', stringify({ n })]`,
})
const expectInnocence = async (): Promise<void> => {
  const { outputs, error, changed } = await worker.call({ bundle: innocentBundle(), input: '{"n":7}', timeoutMs: 20_000 })
  expect({ outputs, error, changed }).toEqual({
    outputs: [
      ['out', 7],
      ['n', '{"n":7}'],
    ],
    error: undefined,
    changed: [],
  })
}

/** An iterator that never ends reaches the limit of CPU time or that of memory, whichever is first. */
const OWN_CODES =
  /^(BLOCK_FAILED|BLOCK_OUTPUT_INVALID|OUTPUT_LIMIT|TIMEOUT|CPU_LIMIT|MEMORY_LIMIT|SANDBOX_LOST|PLUGIN_LOAD_FAILED)$/

describe('the prototypes of the worker are not changed by', () => {
  it.concurrent.each(Object.entries(POLLUTION))('%s', async (name, run) => {
    const { error, changed } = await worker.attempt({ name, run }, { n: {}, timeoutMs: 1000 })
    expect(changed).toEqual([])
    expect(error?.code ?? 'BLOCK_FAILED').toMatch(OWN_CODES)
  })
})

describe('the worker and another plugin are unaffected by', () => {
  it.concurrent.each(Object.entries(HOOKS))('%s', async (name, run) => {
    const [{ error, changed }] = await Promise.all([worker.attempt({ name, run }, { timeoutMs: 1000 }), expectInnocence()])
    expect(changed).toEqual([])
    expect(error?.code ?? 'BLOCK_FAILED').toMatch(OWN_CODES)
    expect(error?.message ?? '').not.toMatch(/file:|\/core\/|node_modules/)
  })
})

describe('other plugins are unaffected by a plugin that at load time', () => {
  it.concurrent.each(Object.entries(AT_LOAD))('%s', async (name, top) => {
    const attempt = worker.attempt({ name, top, run: `yield ['out', seen(Function)]` }, { timeoutMs: 1000 })
    const [{ outputs, error, changed }] = await Promise.all([attempt, expectInnocence()])
    expect(changed).toEqual([])
    expect(outputs.map(([, value]) => value).every((value) => value === 'nothing')).toBe(true)
    expect(error?.code ?? 'BLOCK_FAILED').toMatch(OWN_CODES)
  })
})
