import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundlePackage } from './index.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../../testing/guest-evaluator.ts'
import { writeTestPackage, type TestPackage } from '../../testing/test-package.ts'

let guest: GuestEvaluator
const written: TestPackage[] = []
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterEach(() => Promise.all(written.splice(0).map((each) => each.remove())))
afterAll(() => guest.close())

async function bundle(...given: Parameters<typeof writeTestPackage>) {
  const made = await writeTestPackage(...given)
  written.push(made)
  return (await bundlePackage(made.source)).bundle
}

async function run(...given: Parameters<typeof writeTestPackage>): Promise<unknown> {
  return guest.start(await bundle(...given), 'code').value
}

describe('a module that awaits at its top level', () => {
  const FILES = {
    'later.js': `import { createHash } from 'crypto'\nimport * as core from 'zod/v4/core'
      export const hash = await Promise.resolve(createHash('md5').update('a').digest('hex').slice(0, 4))
      export const isShared = (type) => type instanceof core.$ZodType`,
    'node_modules/dep/index.js': `exports.required = require('zod').z`,
  }
  const TOP = `import { hash, isShared } from './later.js'; import { required } from 'dep'; const { module } = await WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))`
  const BODY = `yield ['out', [hash, isShared(z.string()), required === z, module instanceof WebAssembly.Module]]`

  it.each(['WORKSPACE', 'PACKAGE'] as const)('runs in a plugin of the origin %s', async (origin) => {
    expect(await run(BODY, TOP, FILES, origin)).toEqual(['0cc1', true, true, true])
  })

  it('starts with the line of its owner', async () => {
    const { code } = await bundle('', 'await 1', {}, 'PACKAGE')
    expect(code.split('\n', 2)).toEqual(['/* test@1.0.0 */', 'module.exports = (async () => { let exported'])
  })

  it('has positions in its source map', async () => {
    const { code, map } = await bundle(`throw new Error('here')`, 'await 1')
    const line = code.split('\n').findIndex((each) => each.includes('Error("here")'))
    const { SourceMap } = await import('node:module')
    const entry = new SourceMap(JSON.parse(map) as never).findEntry(line, 10)
    expect(entry).toMatchObject({ originalSource: 'index.js', originalLine: 6 })
  })

  it('reports an error that it throws', async () => {
    await expect(run('', `await Promise.reject(new RangeError('too late'))`)).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringMatching(/^RangeError: too late/),
    })
  })

  it('that waits for a timer fails to load', async () => {
    await expect(run('', 'await new Promise((end) => setTimeout(end, 1))')).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringMatching(/did not finish loading in time: a module awaits at its top level/),
    })
  })
})

describe('a WebAssembly file', () => {
  const ADD = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32,
    0, 32, 1, 106, 11,
  ])

  it.each(['WORKSPACE', 'PACKAGE'] as const)('is a module, or bytes, in a plugin of the origin %s', async (origin) => {
    const top = `import add from './add.wasm'; import bytes from './add.wasm' with { type: 'bytes' }; import { sum } from 'dep'`
    const files = {
      'add.wasm': ADD,
      'node_modules/dep/index.js': `import module from './add.wasm'; export const sum = new WebAssembly.Instance(module).exports.add`,
      'node_modules/dep/add.wasm': ADD,
    }
    const body = `yield ['out', [new WebAssembly.Instance(add).exports.add(1, 2), bytes.length, bytes instanceof Uint8Array, sum(3, 4)]]`
    expect(await run(body, top, files, origin)).toEqual([3, 41, true, 7])
  })

  it('that does not exist is an error with its position', async () => {
    await expect(run('', `import './no.wasm'`)).rejects.toThrow(/^index\.js:3:8: Could not resolve ".\/no.wasm"/)
  })
})

it('import.meta.url is a constant, and NODE_ENV is production', async () => {
  const body = `yield ['out', [import.meta.url, process.env.NODE_ENV]]`
  expect(await run(body)).toEqual(['file:///plugin.js', 'production'])
})
