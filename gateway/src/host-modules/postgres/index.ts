import type { HostContext, RunHostFunction } from '@ashlar/core'
import { z } from 'zod'
import { HostFailure, type HostModule } from '../../operator-config/define.ts'
import { findServer } from '../server-address.ts'
import { withClient } from './client.ts'
import { runStatement } from './statement.ts'

const PORT = 5432

const inputSchema = z.strictObject({
  server: z.string().max(300).optional(),
  database: z.string().min(1).max(100).optional(),
  sql: z.string().min(1).max(500_000),
  parameters: z.array(z.unknown()).max(60_000).default([]),
  timeout_ms: z.int().min(1).max(300_000).default(30_000),
  max_rows: z.int().min(1).max(100_000).default(10_000),
})

type Input = z.output<typeof inputSchema>

/**
 * `postgres/query` runs one statement in a transaction that is read-only. `postgres/execute` runs one statement that may
 * change data, in a transaction of its own. The credential names the server. The connection uses TLS unless the
 * credential names the server with `http://`.
 *
 * Input: `{ server, database, sql, parameters, timeout_ms, max_rows }`; only `sql` is required. Result:
 * `{ rows, columns: [{ name, type }], count, command }`. A result with more rows than `max_rows` is an error.
 */
export const postgres: HostModule = {
  functions: {
    'postgres/query': { run: run(true), providers: ['postgres/server'] },
    'postgres/execute': { run: run(false), providers: ['postgres/server'] },
  },
}

function run(isReadOnly: boolean): RunHostFunction {
  return async (given, context) => {
    const input = parse(given)
    return withClient(await toTarget(input, context), context.signal, (client) => runStatement(client, { ...input, isReadOnly }))
  }
}

function parse(given: unknown): Input {
  const parsed = inputSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new HostFailure(`"${issue?.path.join('.')}" ${issue?.message}`)
}

async function toTarget({ server, database, timeout_ms }: Input, { secret, credential, connect }: HostContext) {
  if (secret?.type !== 'USER_PASSWORD') throw new HostFailure('a user name and a password are needed for Postgres')
  const address = findServer(server, credential, PORT)
  const { username: user, password } = secret
  return { address, database: database ?? user, user, password, timeoutMs: timeout_ms, socket: await connect(address) }
}
