import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP proxy in front of a server that cuts connections. */
export interface Cutter {
  /** The URL of the server through the proxy. */
  url: string
  /** Each next connection is cut after one of these numbers of bytes from the server. Later connections are not cut. */
  cutAfter(...bytes: number[]): void
  /** The number of connections that were cut. */
  cuts(): number
  close(): Promise<void>
}

export async function startCutter(target: string): Promise<Cutter> {
  const { port } = new URL(target)
  const planned: number[] = []
  const open = new Set<Socket>()
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1')
    let left = planned.shift() ?? Infinity
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
      if (chunk.length < left) {
        left -= chunk.length
        client.write(chunk)
        return
      }
      cuts++
      upstream.pause()
      client.write(chunk.subarray(0, left), () => client.destroy())
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutAfter: (...bytes) => void planned.push(...bytes),
    cuts: () => cuts,
    async close() {
      for (const socket of open) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}
