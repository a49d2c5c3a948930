import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('Buffer', () => {
  it('reads and writes the encodings of Node', async () => {
    const code = `const bytes = Buffer.from('ÿa>?'); return ['utf8', 'hex', 'base64', 'base64url', 'latin1', 'utf16le'].map((name) =>
      [bytes.toString(name), Buffer.from(bytes.toString(name), name).equals(bytes), Buffer.isEncoding(name)])`
    expect(await guest.evaluate(code)).toEqual([
      ['ÿa>?', true, true],
      ['c3bf613e3f', true, true],
      ['w79hPj8=', true, true],
      ['w79hPj8', true, true],
      ['Ã¿a>?', true, true],
      ['뿃㹡', false, true],
    ])
  })

  it('counts and writes base64url', async () => {
    const code = `const bytes = Buffer.alloc(3); return [Buffer.byteLength('_-8', 'base64url'), bytes.write('_-8', 0, 'base64url'), [...bytes]]`
    expect(await guest.evaluate(code)).toEqual([2, 2, [255, 239, 0]])
  })

  it('is a Uint8Array with the methods of Node', async () => {
    const code = `const bytes = Buffer.concat([Buffer.from([1, 2]), Buffer.alloc(2, 3)]); return [bytes instanceof Uint8Array, Buffer.isBuffer(bytes), bytes.readUInt16BE(0), bytes.subarray(2) instanceof Buffer, bytes]`
    expect(await guest.evaluate(code)).toEqual([true, true, 258, true, { type: 'Buffer', data: [1, 2, 3, 3] }])
  })
})

describe('process', () => {
  it('has no environment, arguments or versions', async () => {
    const code = `return [process.env, process.argv, process.versions, process.version, process.cwd(), process.platform]`
    expect(await guest.evaluate(code)).toEqual([{}, [], {}, '', '/', 'browser'])
  })

  it.each(['exit', 'abort', 'kill', 'chdir', 'binding', 'dlopen'])('refuses %s', async (name) => {
    const code = `try { process.${name}(1) } catch (error) { return error.message }`
    const message = `process.${name} is not available in a sandbox; throw an error to end a call`
    expect(await guest.evaluate(code)).toEqual(message)
  })

  it('runs callbacks of nextTick before timers and setImmediate', async () => {
    const code = `const seen = []; await new Promise((end) => { setImmediate((a) => { seen.push(a); end() }, 3); process.nextTick((a) => seen.push(a), 2); seen.push(1) }); return seen`
    expect(await guest.evaluate(code)).toEqual([1, 2, 3])
  })

  it('measures intervals', async () => {
    const code = `const [s, ns] = process.hrtime(process.hrtime()); return [s, ns < 1e9, typeof process.hrtime.bigint(), process.uptime() >= 0]`
    expect(await guest.evaluate(code)).toEqual([0, true, 'bigint', true])
  })

  it('writes log lines', async () => {
    expect(await guest.evaluate(`return process.stdout.write('a\\n')`)).toBe(true)
  })

  it('belongs to its context', async () => {
    expect(await guest.evaluate(`process.env.A = '1'; Buffer.from = 2; return process.env`)).toEqual({ A: '1' })
    expect(await guest.evaluate(`return [process.env, typeof Buffer.from]`)).toEqual([{}, 'function'])
  })
})

it('a cancelled setImmediate does not run', async () => {
  const code = `let ran = false; clearImmediate(setImmediate(() => (ran = true))); await new Promise((end) => setTimeout(end, 5)); return ran`
  expect(await guest.evaluate(code)).toBe(false)
})

it('self and global are the global object', async () => {
  const code = `return [self === globalThis, global === globalThis, navigator.userAgent, typeof window, typeof document]`
  expect(await guest.evaluate(code)).toEqual([true, true, 'Ashlar', 'undefined', 'undefined'])
})
