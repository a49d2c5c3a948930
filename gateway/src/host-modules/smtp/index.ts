import type { RunHostFunction } from '@ashlar/core'
import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { HostFailure, type HostModule } from '../../operator-config/define.ts'
import { findServer } from '../server-address.ts'
import { toFailure } from './failure.ts'
import { parseMessage, parseSender, toMail, type Message } from './message.ts'

const TLS_PORT = 465
const MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
const TIMEOUT_MS = 60_000

/**
 * `smtp/send` sends one message over SMTP. The credential names the server. Port 465 uses TLS from the start, any other
 * port STARTTLS. A connection without TLS is possible only if the credential names the server with `http://`.
 *
 * Input: see {@link parseMessage}. Result: `{ message_id, accepted, rejected, response }`; `accepted` and `rejected` are
 * lists of addresses.
 */
const send: RunHostFunction = async (input, context) => {
  const message = parseMessage(input)
  const { secret, credential, connect } = context
  if (secret?.type !== 'USER_PASSWORD') throw new HostFailure('a user name and a password are needed to send mail')
  const server = findServer(message.server, credential, TLS_PORT)
  const from = message.from ?? parseSender(secret.username)
  const mail = toMail({ ...message, from }, await readAttachments(message, context))
  const socket = await connect(server)
  const isImplicit = server.encrypted && server.port === TLS_PORT
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: isImplicit,
    requireTLS: server.encrypted && !isImplicit,
    ignoreTLS: !server.encrypted,
    auth: { user: secret.username, pass: secret.password },
    getSocket: (_options: unknown, done: (error: null, options: object) => void) => done(null, { connection: socket }),
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { messageId, accepted, rejected, response } = await transport.sendMail({
      ...mail,
      messageId: toMessageId(message, from.address, context.idempotencyKey),
    })
    return { message_id: messageId, accepted: accepted.map(toText), rejected: rejected.map(toText), response }
  } catch (error) {
    throw toFailure(error, server.host)
  } finally {
    transport.close()
    socket.destroy()
  }
}

export const smtp: HostModule = { functions: { 'smtp/send': { run: send, providers: ['email/smtp'] } } }

type Context = Parameters<RunHostFunction>[1]

/** @returns the contents, in the order of the attachments */
async function readAttachments({ attachments }: Message, { openFile }: Context): Promise<Buffer[]> {
  const contents: Buffer[] = []
  let total = 0
  for (const { file } of attachments) {
    const { bytes, stream } = await openFile(file)
    total += bytes
    if (total > MAX_ATTACHMENT_BYTES) {
      stream.destroy()
      throw new HostFailure(`the attachments must have at most ${MAX_ATTACHMENT_BYTES} bytes together`)
    }
    contents.push(Buffer.concat(await stream.toArray()))
  }
  return contents
}

/** The same for every attempt, so that a receiver can recognize a message that is sent twice. */
function toMessageId(message: Message, sender: string, idempotencyKey: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([idempotencyKey, message]))
    .digest('hex')
    .slice(0, 40)
  return `<${digest}@${sender.split('@').at(-1)}>`
}

function toText(address: string | { address: string }): string {
  return typeof address === 'string' ? address : address.address
}
