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

function tell(message: DbosMessage): void {
  process.send?.(message)
}

async function run(): Promise<void> {
  tell({ ms: await time(() => workflow()) })
}

function tellFailure(error: unknown): void {
  tell({ failed: error instanceof Error ? error.message : String(error) })
}

process.on('disconnect', () => process.exit())
process.on('message', () => void run().catch(tellFailure))
try {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: process.argv[2] ?? '', logLevel: 'error' })
  await DBOS.launch()
  tell({ ready: true })
} catch (error) {
  tellFailure(error)
}
