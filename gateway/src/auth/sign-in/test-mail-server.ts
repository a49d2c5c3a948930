import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** A server that accepts mail with the least SMTP (RFC 5321) that a client needs. */
export interface MailServer {
  /** `smtp://127.0.0.1:<port>` */
  url: string
  /** The next mail that arrives: headers, an empty line and the body. */
  next(): Promise<string>
  close(): Promise<void>
}

export async function createMailServer(): Promise<MailServer> {
  const waiting: ((mail: string) => void)[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    receive(socket, (mail) => waiting.shift()?.(mail))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function receive(socket: Socket, arrived: (mail: string) => void): void {
  let text = ''
  let inData = false
  socket.write('220 test\r\n')
  socket.on('data', (part) => {
    text += part.toString('utf8')
    while (true) {
      const ending = inData ? '\r\n.\r\n' : '\r\n'
      const end = text.indexOf(ending)
      if (end < 0) return
      const line = text.slice(0, end)
      text = text.slice(end + ending.length)
      if (inData) arrived(line.replaceAll('=\r\n', '')) // without the line breaks of quoted-printable
      const starts = !inData && /^DATA/i.test(line)
      inData = starts
      socket.write(starts ? '354 go on\r\n' : '250 ok\r\n')
      if (/^QUIT/i.test(line)) socket.end()
    }
  })
}
