import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { entryOf, packageOf, tarballOf } from '../store/tarballs.ts'

/* Blocks that throw errors with manipulated stacks, which the worker reads. */

const THROWN: Record<string, [make: string, position: unknown]> = {
  'no stack at all': [`delete error.stack; error.stack = undefined`, undefined],
  'a stack that is an object': [`error.stack = { toString: () => '    at x' }`, undefined],
  'a stack that throws': [`Object.defineProperty(error, 'stack', { get() { throw new Error('no stack') } })`, undefined],
  'a stack of ten million characters': [`error.stack = '\\n    at ' + 'x'.repeat(1e7)`, undefined],
  'a stack of a million lines': [`error.stack = '\\n    at x'.repeat(1e6)`, undefined],
  'frames of files of the host': [
    `error.stack = 'Error\\n    at run (/etc/passwd:1:1)\\n    at x (ashlar:guest:1:1)'`,
    undefined,
  ],
  'frames of another plugin': [`error.stack = 'Error\\n    at run (${'0'.repeat(64)}.js:1:1)'`, undefined],
  'a position that its bundle does not have': [
    `error.stack = 'Error\\n    at run (' + /[0-9a-f]{64}/.exec(new Error().stack)[0] + '.js:999999999:999999999)'`,
    expect.toSatisfy((position: { file: string } | undefined) => position === undefined || position.file === 'index.js'),
  ],
  'a stack that the plugin formats': [`Error.prepareStackTrace = () => ({ at: 'x' }); String(error.stack)`, undefined],
}

const blocks = Object.values(THROWN).map(([make], i) => ({
  id: `cccccccc-0000-4000-8000-0000000001${String(i).padStart(2, '0')}`,
  name: `throw-${i}`,
  run: `const error = new Error('thrown'); ${make}; throw error`,
}))
const LOOP = {
  id: 'cccccccc-0000-4000-8000-000000000200',
  name: 'loop',
  run: `const error = new Error('thrown'); Object.defineProperty(error, 'stack', { get() { for (;;); } }); throw error`,
}

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ sandbox: { maxCpuMs: 1000 } })
  const tarball = tarballOf(packageOf('stacks', '1.0.0', entryOf('stacks', [...blocks, LOOP])))
  await runtime.pluginStore.publish(runtime.ownerId, { tarball })
  await runtime.pluginStore.install(runtime.ownerId, 'stacks')
})
afterAll(() => runtime.close())

async function runFailing(block: string) {
  const { executions, graphs, ownerId } = runtime
  const { id: graphId } = await graphs.create(ownerId, { name: block, document: { nodes: [{ id: 'n', block }] } })
  const { id } = await executions.start(ownerId, { graphId, inputs: {} })
  for await (const event of await executions.follow(ownerId, id, 0)) if (event.type === 'NodeFinished') return event.error
  return undefined
}

it.each(Object.keys(THROWN).map((title, i) => [title, i] as const))(
  'an error with %s keeps its code and message',
  async (title, i) => {
    const error = await runFailing(`stacks/throw-${i}`)
    expect(error).toMatchObject({ code: 'BLOCK_FAILED', message: 'thrown' })
    expect(error?.position).toEqual(THROWN[title]?.[1])
    expect(error?.stack ?? '').not.toMatch(/passwd|ashlar:guest/)
    expect(JSON.stringify(error).length).toBeLessThan(5000)
  },
)

it('an error with an endless stack getter exceeds a limit, without an effect on other calls', async () => {
  expect((await runFailing('stacks/loop'))?.code).toMatch(/^(CPU_LIMIT|TIMEOUT)$/)
  expect(await runFailing('stacks/throw-0')).toMatchObject({ code: 'BLOCK_FAILED', message: 'thrown' })
  expect(runtime.failures).toEqual([])
})
