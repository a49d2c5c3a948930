/** Started by `dbos.ts`: `node dbos-process.ts <database url>`. Each message starts a measured run. */
import { DBOS } from '@dbos-inc/dbos-sdk'
import { time } from '../measure.ts'
import type { DbosMessage } from './dbos.ts'

const STEPS = 40

const workflow = DBOS.registerWorkflow(
  async () => {
    for (let i = 0; i < STEPS; i++) await DBOS.runStep(() => Promise.resolve(i), { name: 'noOp' })
  },
  { name: 'chain' },
)

function send(message: DbosMessage): void {
  process.send?.(message)
}

async function run(): Promise<void> {
  send({ ms: await time(() => workflow()) })
}

function sendFailure(error: unknown): void {
  send({ failed: error instanceof Error ? error.message : String(error) })
}

process.on('disconnect', () => process.exit())
process.on('message', () => void run().catch(sendFailure))
try {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: process.argv[2] ?? '', logLevel: 'error' })
  await DBOS.launch()
  send({ ready: true })
} catch (error) {
  sendFailure(error)
}
