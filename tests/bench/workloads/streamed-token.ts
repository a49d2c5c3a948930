import { createRuntime } from '@ashlar/core'
import { createGateway } from '@ashlar/gateway'
import { startFakeModels } from '../../models/fake-models.ts'
import { subscribe } from '../../models/subscribe.ts'
import { printError, type Workload } from '../context.ts'
import { median } from '../measure.ts'

const KEY = 'bench-owner-key'
const WARM_UP = 3
const RUNS = 25
/** The provider sends nothing else for this time, so that only the first piece can be visible. */
const PAUSE_MS = 150

/**
 * The time from the moment at which a provider sends the first token of an answer until a subscriber of the API has
 * received it. The worker and the gateway are runtimes of their own, as in separate processes.
 */
export const streamedToken: Workload = {
  name: 'streamed-token',
  unit: 'ms',
  async run({ createDatabase, pluginRoots, stack }) {
    const models = await startFakeModels()
    stack.defer(models.close)
    const databaseUrl = await createDatabase('streamed')
    const secretKeys = [Buffer.alloc(32, 'bench').toString('base64')]
    const common = { databaseUrl, pluginRoots, secretKeys, onError: printError }
    const worker = await createRuntime({ ...common, role: 'worker', localEndpoints: () => [models.host] })
    stack.defer(() => worker.close())
    const runtime = await createRuntime({ ...common, role: 'gateway' })
    stack.defer(() => runtime.close())
    const { id: ownerId } = await runtime.users.ensureOwner()
    await runtime.apiKeys.allow(ownerId, KEY, 'bench')
    const gateway = createGateway({ runtime, ownerKey: KEY, logger: { info: () => undefined, error: printError } })
    stack.defer(() => gateway.close())
    const secret = { type: 'ENDPOINT', baseUrl: `${models.url}/v1` }
    await runtime.credentials.add(ownerId, { provider: 'ai/openai-compatible', secret })
    const document = { nodes: [{ id: 'ask', block: 'ai/text', inputs: { prompt: 'Hi' } }] }
    const { id: graphId } = await runtime.graphs.create(ownerId, { name: 'Ask', document })
    models.pauseMs = PAUSE_MS
    models.pieces = ['first', ' second']
    const delays: number[] = []
    for (let run = 0; run < WARM_UP + RUNS; run++) {
      let sentAt = 0
      models.onSent = (piece) => {
        if (piece === 'first') sentAt = performance.now()
      }
      const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
      for await (const event of subscribe(gateway, KEY, Buffer.from(`Execution:${id}`).toString('base64url')))
        if (event.__typename === 'NodeOutputDelta' && event.offset === 0 && run >= WARM_UP)
          delays.push(performance.now() - sentAt)
    }
    if (delays.length < RUNS) throw new Error(`only ${delays.length} of ${RUNS} executions showed their first token`)
    const [p50, p95 = NaN] = [median(delays), delays.toSorted((a, b) => a - b)[Math.ceil(delays.length * 0.95) - 1]]
    return [{ value: p50, yardsticks: { 'p95 ms': p95 }, goal: { better: 'lower', must: 50, aim: 20 } }]
  },
}
