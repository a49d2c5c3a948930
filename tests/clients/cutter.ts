import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP proxy in front of a server that cuts connections. */
export interface Cutter {
  /** The URL of the server through the proxy. */
  url: string
  /** Cuts the connection each time the server has sent one of these numbers of bytes. Replaces earlier numbers. */
  cutAfter(...bytes: number[]): void
  /** The number of connections that were cut. */
  cuts(): number
  close(): Promise<void>
}

export async function startCutter(target: string): Promise<Cutter> {
  const { port } = new URL(target)
  const planned: number[] = []
  const open = new Set<Socket>()
  let left = Infinity
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1')
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (chunk: Buffer) => {
      const rest = left - chunk.length
      if (rest > 0) {
        left = rest
        client.write(chunk)
        return
      }
      cuts++
      upstream.pause()
      client.write(chunk.subarray(0, left), () => client.destroy())
      left = planned.shift() ?? Infinity
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutAfter(...bytes) {
      planned.splice(0, Infinity, ...bytes)
      left = planned.shift() ?? Infinity
    },
    cuts: () => cuts,
    async close() {
      for (const socket of open) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}
