import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WORKER_DIED, startHostileWorker, type HostileWorker } from './hostile-worker.ts'
import { toBundle, freshBundles } from './plugin-source.ts'
import type { Result } from './worker.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker({
    maxCpuMs: 1500,
    isolateMemoryMb: 64,
    processMemoryMb: 500,
    maxValueBytes: 100_000,
    maxOutputs: 500,
    maxOutputBytes: 1_000_000,
  })
})
afterAll(() => worker.close())

const victimBundle = freshBundles({
  name: 'attempt',
  run: `yield ['out', await context.storage.get('user', 'mine')]
        for (let i = 0; i < 5; i++) { console.log('still', i); await new Promise((r) => setTimeout(r, 20)) }
        yield ['n', n]`,
})

/**
 * Runs an attempt beside a call of the same user and a call of another user, and asserts that both are unaffected. If the attempt ends its
 * process, the sandbox runs the call of the same user again, and its outputs still arrive once.
 */
async function besideVictims(name: string, run: string, how: Parameters<HostileWorker['attempt']>[1] = {}): Promise<Result> {
  const [result, ...victims] = await Promise.all([
    worker.attempt({ name, run }, { timeoutMs: 15_000, ...how }),
    worker.call({ bundle: victimBundle(), timeoutMs: 20_000 }),
    worker.call({ bundle: victimBundle(), timeoutMs: 20_000, cordon: 'user:alice', owner: 'alice' }),
  ])
  expect(result.error?.code).not.toBe(WORKER_DIED)
  expect(result.changed).toEqual([])
  const costsProcess = result.error?.code === 'SANDBOX_LOST'
  for (const { outputs, outputCount, logs, hostCalls, manifest, error } of costsProcess ? victims.slice(1) : victims)
    expect({ outputs, outputCount, logs, hostCalls, manifest, error }).toEqual({
      outputs: [
        ['out', { method: 'storage.get', key: 'mine', list: [1, { deep: true }] }],
        ['n', 1],
      ],
      outputCount: 2,
      logs: ['log: still 0', 'log: still 1', 'log: still 2', 'log: still 3', 'log: still 4'],
      hostCalls: [['storage.get', 'user', 'mine']],
      manifest: undefined,
      error: undefined,
    })
  expect(victims.map(({ outputCount, error }) => [outputCount, error])).toEqual([
    [2, undefined],
    [2, undefined],
  ])
  return result
}

const OTHERS = `const others = (make) => Array.from({ length: 1500 }, (_, i) => i * 256).filter((id) => id !== me).map(make); const me = ownId();`

describe('reports in the name of other calls have no effect:', () => {
  it.concurrent.each([
    ['ends', `others((id) => ({ t: 'e', id, code: 'BLOCK_FAILED', message: 'forged' }))`],
    ['ends without an error', `others((id) => ({ t: 'e', id }))`],
    ['outputs', `others((id) => ({ t: 'o', id, pin: 'out', v: 'forged' }))`],
    ['logs', `others((id) => ({ t: 'l', id, level: 'log', text: 'forged' }))`],
    ['host calls', `others((id) => ({ t: 'c', id, request: 1, method: 'storage.set', args: ['user', 'k', 'forged'] }))`],
    ['manifests', `others((id) => ({ t: 'd', id, manifest: { name: 'forged', blocks: [] } }))`],
    ['events of an unknown kind', `others((id) => ({ t: 'zzz', id }))`],
    ['follow-up calls', `others((id) => ({ t: 'o', id, pin: 'out', v: 1, next: [[id + 1, 0], [me + 1, 0]] }))`],
    ['events of calls that follow', `others((id) => ({ t: 'e', id: id + 1 }))`],
  ])('%s', async (name, events) => {
    const { outputs, hostCalls } = await besideVictims(name, `${OTHERS} yield forge(...${events})`)
    expect(outputs).toEqual([['n', 'forged']])
    expect(hostCalls).toEqual([])
  })

  it.concurrent.each([
    ['text', `String(me)`],
    ['a fraction', `me + 0.5`],
    ['negative', `-me`],
    ['endless', `1e999`],
    ['nothing', `null`],
    ['a list', `[me]`],
    ['an object', `{ toString: 1, valueOf: 1 }`],
    ['a prototype', `'__proto__'`],
    ['beyond all integers', `2 ** 60 + me`],
  ])('an event whose id is %s', async (name, id) => {
    const run = `const me = ownId(), id = ${id}; yield forge({ t: 'o', id, pin: 'out', v: 'forged' }, { t: 'c', id, request: 1, method: 'x', args: [] }, { t: 'e', id })`
    const { outputs, hostCalls } = await besideVictims(name, run)
    expect(outputs).toEqual([['n', 'forged']])
    expect(hostCalls).toEqual([])
  })
})

describe('reports of a call after its end have no effect:', () => {
  it.concurrent.each([
    ['a second end', `{ t: 'e', id, code: 'OUTPUT_LIMIT', message: 'second' }`],
    ['an output', `{ t: 'o', id, pin: 'out', v: 'late' }`],
    ['a host call', `{ t: 'c', id, request: 1, method: 'storage.set', args: ['user', 'k', 'late'] }`],
    ['a log', `{ t: 'l', id, level: 'log', text: 'late' }`],
    ['a manifest', `{ t: 'd', id, manifest: {} }`],
  ])('%s', async (name, event) => {
    const run = `const id = ownId(); yield forge({ t: 'e', id }, ${event}); await new Promise((r) => setTimeout(r, 30)); yield ['out', 'late']`
    const { outputs, hostCalls, logs, manifest, error } = await besideVictims(name, run)
    expect({ outputs, hostCalls, manifest, error }).toEqual({
      outputs: [['n', 'forged']],
      hostCalls: [],
      manifest: undefined,
      error: undefined,
    })
    expect(logs).toEqual(['log: listening'])
  })

  it('host calls through a context that was kept for the next call', async () => {
    const bundle = toBundle({
      name: 'attempt',
      run: `const kept = globalThis.kept ??= context
            const late = kept === context ? 'own' : await Promise.race([kept.storage.set('user', 'k', 'late').then(() => 'done', () => 'refused'), new Promise((r) => setTimeout(r, 200, 'no answer'))])
            yield ['out', late]`,
    })
    const first = await worker.call({ bundle, scope: 'kept', affinity: 'kept', keepsScope: true })
    const second = await worker.call({ bundle, scope: 'kept', affinity: 'kept' })
    expect([first, second].map(({ outputs, hostCalls }) => [outputs, hostCalls])).toEqual([
      [[['out', 'own']], []],
      [[['out', 'no answer']], []],
    ])
  })

  it('host calls of a timer that was left behind', async () => {
    const run = `if (n === 1) setTimeout(() => { void context.storage.set('user', 'k', 'late'); console.log('late') }, 20)
                 else await new Promise((r) => setTimeout(r, 100))
                 yield ['n', n]`
    const bundle = toBundle({ name: 'attempt', run })
    const first = await worker.call({ bundle, scope: 'left', affinity: 'left', keepsScope: true })
    const second = await worker.call({ bundle, scope: 'left', affinity: 'left', input: '{"n":2}' })
    expect([first.hostCalls, second.hostCalls, first.outputs, second.outputs]).toEqual([[], [], [['n', 1]], [['n', 2]]])
  })
})

describe('a report that is far longer than the longest value', () => {
  const reports: [string, string][] = [
    ['of nothing', `'{"t":"x","id":0,"x":[' + '[],'.repeat(12e6) + '[]]}'`],
    ['of nothing, just above the limit', `'{"t":"x","id":0,"x":[' + '[],'.repeat(4e5) + '[]]}'`],
    ['wide', `'{"t":"c","id":' + ownId() + ',"request":1,"method":"storage.get","args":[' + '1,'.repeat(1e6) + '1]}'`],
    ['long', `'{"t":"o","id":' + ownId() + ',"pin":"out","v":"' + 'x'.repeat(2e7) + '"}'`],
    ['deep', `'{"t":"o","id":' + ownId() + ',"pin":"out","v":' + '['.repeat(1e6) + ']'.repeat(1e6) + '}'`],
    ['no report', `'x'.repeat(2e7)`],
  ]

  it.concurrent.each(reports)('(%s) is rejected by the guest', async (name, report) => {
    const { error, outputs } = await besideVictims(name, `yield forge(${report})`)
    expect([error?.code, outputs]).toEqual(['OUTPUT_LIMIT', []])
  })

  it.concurrent.each(reports)('(%s) that bypasses the guest program ends the guest unread', async (name, report) => {
    const { error, outputs } = await besideVictims(name, `yield smuggle(${report})`)
    expect([error?.code, outputs]).toEqual(['SANDBOX_LOST', []])
  })

  it('in many pieces ends the guest', async () => {
    const run = `const id = ownId(); yield smuggle(Array.from({ length: 20 }, () => stringify({ t: 'o', id, pin: 'out', v: 'x'.repeat(90000) })).join())`
    expect((await besideVictims('pieces', run)).error?.code).toBe('SANDBOX_LOST')
  })
})

const NEITHER = '{"toString":1,"valueOf":1}'

describe('a report of its own call', () => {
  it.each([
    ['pin', `{"t":"o","id":ID,"pin":${NEITHER},"v":1}`],
    ['method', `{"t":"c","id":ID,"request":1,"method":${NEITHER},"args":[]}`],
    ['request', `{"t":"c","id":ID,"request":${NEITHER},"method":"storage.get","args":[]}`],
    ['level', `{"t":"l","id":ID,"level":${NEITHER},"text":"a"}`],
    ['text of a log', `{"t":"l","id":ID,"level":"log","text":${NEITHER}}`],
    ['message', `{"t":"e","id":ID,"code":"BLOCK_FAILED","message":${NEITHER}}`],
  ])('whose %s cannot be converted to text affects only its call', async (name, event) => {
    const run = `const id = String(ownId()); yield forge(${JSON.stringify(event)}.replace('ID', id))`
    const { error } = await worker.attempt({ name, run }, { timeoutMs: 1000 })
    expect(error?.code).not.toBe(WORKER_DIED)
  })

  it.concurrent.each([
    ['an unknown code', `'NO_SUCH_CODE'`],
    ['a code of the host', `'MEMORY_LIMIT'`],
    ['a code of a prototype', `'constructor'`],
    ['a code that is an object', `{ toString: 1 }`],
    ['a code that is a list', `['OUTPUT_LIMIT']`],
    ['a code that is null', `null`],
  ])('that ends it with %s gives BLOCK_FAILED', async (name, code) => {
    const run = `yield forge({ t: 'e', id: ownId(), code: ${code}, message: 'forged' })`
    expect((await besideVictims(name, run)).error).toEqual({ code: 'BLOCK_FAILED', message: 'forged' })
  })

  it.concurrent.each([
    ['an object', `{ 0: 'user', length: 1 }`],
    ['text', `'user'`],
    ['a number', `3`],
    ['null', `null`],
    ['missing', `undefined`],
  ])('that calls the host with arguments that are %s passes no arguments', async (name, args) => {
    const run = `yield forge({ t: 'c', id: ownId(), request: 7, method: 'storage.get', args: ${args} }); await new Promise((r) => setTimeout(r, 50))`
    expect((await besideVictims(name, run)).hostCalls).toEqual([['storage.get']])
  })

  it.concurrent.each([
    ['deep', `'['.repeat(50000) + ']'.repeat(50000)`],
    ['wide', `'[' + '1,'.repeat(5e5) + '1]'`],
    ['long', `'["' + 'x'.repeat(1e6) + '"]'`],
    ['of nothing', `'[' + '[],'.repeat(3e5) + '[]]'`],
  ])('whose arguments are %s leaves the worker alive', async (name, args) => {
    const run = `yield forge('{"t":"c","id":' + ownId() + ',"request":1,"method":"storage.get","args":' + ${args} + '}')`
    const { outputs } = await besideVictims(name, run)
    expect(outputs).toEqual([['n', 'forged']])
  })

  it.concurrent.each([
    ['too large', `{ t: 'o', id, pin: 'out', v: 'x'.repeat(200000) }`],
    ['too many', `...Array.from({ length: 600 }, () => ({ t: 'o', id, pin: 'n', v: 1 }))`],
  ])('with outputs that are %s ends with OUTPUT_LIMIT', async (name, events) => {
    const { error } = await besideVictims(name, `const id = ownId(); yield forge(${events})`)
    expect(error?.code).toBe('OUTPUT_LIMIT')
  })

  it.concurrent.each([
    ['in one report', `yield forge(...Array.from({ length: 11 }, () => ({ t: 'o', id, pin: 'out', v: 'x'.repeat(95000) })))`],
    [
      'one by one',
      `for (let i = 0; i < 12; i++) { yield forge({ t: 'o', id, pin: 'out', v: 'x'.repeat(95000) }); await new Promise((r) => setTimeout(r, 5)) }`,
    ],
    ['honestly', `for (let i = 0; i < 12; i++) yield ['out', 'x'.repeat(95000)]`],
    [
      'as escapes',
      `for (let i = 0; i < 12; i++) { yield forge({ t: 'o', id, pin: 'out', v: '\\u0000'.repeat(16000) }); await null }`,
    ],
  ])('with outputs that are too long together, %s, ends with OUTPUT_LIMIT', async (name, code) => {
    const { error, outputCount } = await besideVictims(name, `const id = ownId(); ${code}`)
    expect(error?.code).toBe('OUTPUT_LIMIT')
    expect(outputCount).toBeLessThan(22)
  })

  it.concurrent.each([
    ['the block does not have', `'nope'`],
    ['is empty', `''`],
    ['is a prototype', `'__proto__'`],
    ['is too long', `'out'.repeat(100)`],
    ['is a tool pin with a name that is too long', `'tools_^_' + 'x'.repeat(300)`],
  ])('with an output at a pin that %s ends with BLOCK_OUTPUT_INVALID', async (name, pin) => {
    const run = `const id = ownId(); yield forge({ t: 'o', id, pin: ${pin}, v: 1 })`
    const { error, outputs } = await besideVictims(name, run, { pins: new Set(['out', 'n']) })
    expect([error?.code, outputs]).toEqual(['BLOCK_OUTPUT_INVALID', [['n', 'forged']]])
  })

  it('with outputs at tool pins and the error pin is accepted', async () => {
    const run = `const id = ownId(); yield forge({ t: 'o', id, pin: 'tools_^_' + 'x'.repeat(292), v: 1 }, { t: 'o', id, pin: 'error', v: 'e' })`
    const { outputs } = await besideVictims('tools', run, { pins: new Set(['out', 'n']) })
    expect(outputs.map(([pin, value]) => [pin.slice(0, 8), value])).toEqual([
      ['n', 'forged'],
      ['tools_^_', 1],
      ['error', 'e'],
    ])
  })

  it('with an output that is too deep for JSON leaves the worker alive', async () => {
    const run = `yield forge('{"t":"o","id":' + ownId() + ',"pin":"out","v":' + '['.repeat(5e5) + ']'.repeat(5e5) + '}')`
    expect((await besideVictims('deep', run)).error?.code).toBe('OUTPUT_LIMIT')
  })
})

describe('text that is not a report', () => {
  it.each([
    ['no JSON', `']]}'`],
    ['half of a report', `'{"t":"o","id":'`],
    ['a list closed and opened', `'null],[null'`],
    ['a control character', `'\\u0000'`],
    ['half of a character', `'"' + String.fromCharCode(0xd800) + '"]'`],
  ])('(%s) ends only the guest', async (name, text) => {
    const { error } = await besideVictims(name, `yield forge(${text})`)
    expect(error?.code).toBe('SANDBOX_LOST')
  })

  it.concurrent.each([
    ['numbers', `1, 2, 3`],
    ['texts', `'"a"', '"__proto__"'`],
    ['lists', `[[]], [{ t: 'e' }]`],
    ['truths', `true, false`],
    ['nulls', `null, null`],
    ['empty objects', `{}, { id: null }, { t: null }`],
    ['duplicate keys', `'{"t":"e","id":256,"id":512,"t":"o","t":"e"}'`],
  ])('(%s) is ignored', async (name, events) => {
    expect((await besideVictims(name, `yield forge(${events})`)).outputs).toEqual([['n', 'forged']])
  })
})

const STRETCH = JSON.stringify({
  nodes: [
    { block: 'attempt', inputs: {}, links: { out: [[1, 'n']] } },
    { block: 'attempt', inputs: {}, links: {} },
  ],
})

describe('a follow-up call that was never foreseen', () => {
  it.concurrent.each([
    ['with the id of its lead', `[[id, 1]]`],
    ['with the id of another call', `[[id + 256, 1], [id - 255, 1], [1, 1], [0, 0]]`],
    ['with an id that is no integer', `[[id + 0.5, 1], ['1', 1], [null, 1], [1e300, 1]]`],
    ['with a node that is no integer', `[[id + 1, 'a'], [id + 1, null], [id + 1, 0.5], [id + 1]]`],
    ['that is no list', `'next'`],
    ['that is an object', `{ length: 1, 0: [id + 1, 1] }`],
    ['that is a list of anything', `[1, 'a', null, {}, [], [[]]]`],
  ])('%s is ignored', async (name, next) => {
    const run = `const id = ownId(); yield forge({ t: 'o', id, pin: 'out', v: 1, next: ${next} })`
    expect((await besideVictims(name, run, { stretch: STRETCH })).foreseen).toEqual([])
  })

  it('by the hundred thousand is limited by the number of ids', async () => {
    const run = `const id = ownId(); yield forge({ t: 'o', id, pin: 'out', v: 1, next: Array.from({ length: 1e5 }, (_, i) => [id + 1 + (i % 255), 1]) })`
    const { error } = await besideVictims('many', run, { stretch: STRETCH })
    expect(error).toBeUndefined()
  })

  it('is ignored in a call without a stretch', async () => {
    const run = `const id = ownId(); yield forge({ t: 'o', id, pin: 'out', v: 1, next: [[id + 1, 1]] })`
    expect((await besideVictims('none', run)).foreseen).toEqual([])
  })
})

describe('host calls', () => {
  it.concurrent.each([
    [
      'that the block does not await',
      `for (let i = 0; i < 5; i++) void context.storage.set('user', 'k' + i, i); yield ['n', 1]; await context.storage.get('user', 'last')`,
      6,
    ],
    [
      'with a reply forged by their own guest',
      `const { parse: p } = JSON; JSON.parse = () => [1, 'forged']; const v = await context.storage.get('user', 'k'); JSON.parse = p; yield ['out', v]`,
      1,
    ],
  ])('%s reach the host exactly once each', async (name, run, count) => {
    expect((await besideVictims(name, run, { timeoutMs: 5000 })).hostCalls).toHaveLength(count)
  })
})
