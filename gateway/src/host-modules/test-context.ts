import { connect } from 'node:net'
import { Readable } from 'node:stream'
import type { HostContext } from '@ashlar/core'

/** The context of a call with a password for one server, without the checks of the worker. */
export function createTestContext(host: string, files: Record<string, string> = {}): HostContext {
  return {
    secret: { type: 'USER_PASSWORD', username: 'ada', password: 'pass-word' },
    credential: { provider: 'test/server', name: 'default', type: 'USER_PASSWORD', hosts: [host] },
    signal: new AbortController().signal,
    block: 'test/block',
    idempotencyKey: 'execution:node:1',
    connect: async (to) => connect(to.port, to.host),
    openFile: async (path) => {
      const content = Buffer.from(files[path] ?? '')
      return { bytes: content.length, stream: Readable.from([content]) }
    },
  }
}
