import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRuntime, type Runtime } from '@ashlar/core'
import { startEmbeddedPostgres } from '@ashlar/core/testing'
import { startTestModel, type ModelAnswer, type ModelRequest, type TestModel } from './test-model.ts'

const ROUNDS = 3

let folder: string
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>
let runtime: Runtime
let ownerId: string
let worker: ChildProcess
let model: TestModel
const secretKey = Buffer.alloc(32, 'agents').toString('base64')
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-agents-'))
  postgres = await startEmbeddedPostgres({ dir: join(folder, 'postgres') })
  model = await startTestModel()
  await hire()
  const config = { databaseUrl: postgres.url, pluginRoots: [], secretKeys: [secretKey] }
  runtime = await createRuntime({ ...config, role: 'gateway', onError: () => {} })
  ownerId = (await runtime.users.ensureOwner()).id
  const secret = { type: 'ENDPOINT', baseUrl: model.url }
  await runtime.credentials.add(ownerId, { provider: 'ai/openai-compatible', secret })
}, 120_000)
afterAll(async () => {
  worker.kill('SIGKILL')
  await runtime.close()
  await model.close()
  await postgres.stop()
  await rm(folder, { recursive: true })
})

/** Starts a worker process. It takes over from one that was killed when the lease of that one has expired. */
async function hire(): Promise<void> {
  worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [postgres.url, model.host, secretKey], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  await new Promise((resolve) => worker.once('message', resolve))
}

async function replace(): Promise<void> {
  const isOver = new Promise((resolve) => worker.once('exit', resolve))
  worker.kill('SIGKILL')
  await isOver
  await hire()
}

async function start(answer: (request: ModelRequest, n: number) => ModelAnswer | Promise<ModelAnswer>): Promise<string> {
  model.begin(answer)
  const document = {
    nodes: [
      { id: 'agent', block: 'ai/agent', inputs: { prompt: 'Go.', agent_mode_max_iterations: -1 } },
      { id: 'wait', block: 'time/countdown', title: 'Wait', inputs: { seconds: 2 } },
      { id: 'out', block: 'io/output', inputs: { name: 'answer' } },
    ],
    links: [
      { from: 'agent.tools', to: 'wait.input_message' },
      { from: 'agent.finished', to: 'out.value' },
    ],
  }
  const { id: graphId } = await runtime.graphs.create(ownerId, { name: 'Agent', document })
  return (await runtime.executions.start(ownerId, { graphId, inputs: {} })).id
}

const answer = (_: ModelRequest, n: number): ModelAnswer =>
  n <= ROUNDS ? { calls: [{ name: 'Wait', arguments: { input_message: `round ${n}` } }] } : { text: 'done' }

/** @returns the number of killed workers */
async function killAfterSteps(id: string): Promise<number> {
  let kills = 0
  for await (const event of await runtime.executions.follow(ownerId, id, 0)) {
    if (event.type === 'ExecutionFinished') break
    if (event.type !== 'NodeFinished' || event.node !== 'agent') continue
    kills++
    await replace()
  }
  return kills
}

describe('an agent whose worker is killed', () => {
  it('sends no request to the model twice if that happens between steps', { timeout: 240_000 }, async () => {
    const id = await start(answer)
    const kills = await killAfterSteps(id)
    expect(kills).toBeGreaterThanOrEqual(ROUNDS)
    expect(await runtime.executions.get(ownerId, id)).toMatchObject({ status: 'COMPLETED', outputs: { answer: ['done'] } })
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([1, 3, 5, 7])
  })

  it('fails if that happens during a request, and a retry repeats only this step', { timeout: 280_000 }, async () => {
    const id = await start(async (request, n) => {
      if (n === 2) await replace()
      return answer(request, n < 2 ? n : n - 1)
    })
    const status = async (of: string): Promise<string> => (await runtime.executions.get(ownerId, of)).status
    await expect.poll(() => status(id), { timeout: 120_000 }).toBe('FAILED')
    expect(await runtime.executions.get(ownerId, id)).toMatchObject({ reason: { code: 'EFFECT_INTERRUPTED', node: 'agent' } })
    const again = await runtime.executions.retry(ownerId, id)
    await expect.poll(() => status(again.id), { timeout: 120_000 }).toBe('COMPLETED')
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([1, 3, 3, 5, 7])
  })
})
