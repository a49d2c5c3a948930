import { expect, it } from 'vitest'
import { cpuLimit, limitError, loadFailure, timeout } from './call-errors.ts'
import type { Call, CallRequest } from './call.ts'
import { DEFAULT_SANDBOX_LIMITS } from '../limits/index.ts'

it('truncates a long message from plugin code', () => {
  const { code, message } = loadFailure(`fetch is not defined\n${'x'.repeat(1e6)}`)
  expect(code).toBe('PLUGIN_LOAD_FAILED')
  expect(message).toMatch(/^fetch is not defined in a sandbox: /)
  expect(message.length).toBeLessThan(5000)
})

const call = (request: Partial<CallRequest>): Call =>
  ({ request: { bundle: { digest: '', code: '' }, cordon: 'user:1', ...request } }) as Call

it('names the limit and a remedy for the author of the graph', () => {
  const limits = DEFAULT_SANDBOX_LIMITS
  const split = 'give the block less data, or split the work over several nodes'
  expect(cpuLimit(10_000)).toMatchObject({
    code: 'CPU_LIMIT',
    message: `used more than 10000 ms of CPU time, the limit of one run of a block, which cannot be raised: ${split}; if the block contains an infinite loop, correct it`,
  })
  expect(limitError({ kind: 'timeout' }, call({}), limits)).toMatchObject({
    code: 'CPU_LIMIT',
    message: cpuLimit(limits.maxCpuMs).message,
  })
  expect(limitError({ kind: 'memory' }, call({ bundle: { digest: '', code: '', memoryMb: 64 } }), limits)).toMatchObject({
    code: 'MEMORY_LIMIT',
    message: `used more than 64 MB of memory, the limit of its plugin: ${split}, or raise memoryMb in definePlugin (at most 512)`,
  })
  expect(limitError({ kind: 'memory' }, call({ cordon: 'builtin' }), limits).message).toBe(
    `used more than 128 MB of memory, the limit of its plugin: ${split}`,
  )
  expect(limitError({ kind: 'exit', detail: 'SIGKILL' }, call({}), limits)).toMatchObject({
    code: 'SANDBOX_LOST',
    message: expect.stringMatching(/^its sandbox process ended unexpectedly \(SIGKILL\); set "retry" on the node/) as string,
  })
  expect(timeout(call({ kind: 'run', timeoutMs: 500 }))).toMatchObject({
    code: 'TIMEOUT',
    message:
      'did not finish within 500 ms, the time limit of the node: set "timeoutMs" of the node in the graph document to a larger number, or give the block less work',
  })
  expect(timeout(call({ kind: 'test', timeoutMs: 500 })).message).toBe('did not finish within 500 ms')
})
