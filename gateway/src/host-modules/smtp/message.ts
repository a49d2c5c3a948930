import addressparser from 'nodemailer/lib/addressparser'
import { z } from 'zod'
import { HostFailure } from '../../operator-config/define.ts'

const MAX_RECIPIENTS = 100

/** A line break in a header would start another header. */
const line = z
  .string()
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'must not contain line breaks or other control characters')

const address = line.transform((text, context) => {
  const [first, ...others] = addressparser(text, { flatten: true })
  if (first && others.length === 0 && z.email().safeParse(first.address).success) return first
  context.addIssue({
    code: 'custom',
    message: `must be an address like "Ada <ada@example.com>", got ${JSON.stringify(text.slice(0, 100))}`,
  })
  return z.NEVER
})

const messageSchema = z.strictObject({
  server: line.optional(),
  from: address.optional(),
  to: z.array(address).default([]),
  cc: z.array(address).default([]),
  bcc: z.array(address).default([]),
  reply_to: z.array(address).default([]),
  subject: line.default(''),
  text: z.string().optional(),
  html: z.string().optional(),
  attachments: z
    .array(z.strictObject({ file: z.string(), name: line.optional(), type: line.optional() }))
    .max(50)
    .default([]),
})

export type Message = z.output<typeof messageSchema>

/**
 * Parses `{ server, from, to, cc, bcc, reply_to, subject, text, html, attachments: [{ file, name, type }] }`. An address
 * is a text: `ada@example.com` or `Ada <ada@example.com>`. `file` is a path in the files of the execution.
 *
 * @throws {HostFailure}
 */
export function parseMessage(input: unknown): Message {
  const parsed = messageSchema.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new HostFailure(`"${issue?.path.join('.')}" ${issue?.message}`)
  }
  const { to, cc, bcc } = parsed.data
  const count = to.length + cc.length + bcc.length
  if (count === 0) throw new HostFailure('"to", "cc" and "bcc" are empty: name at least one recipient')
  if (count > MAX_RECIPIENTS) throw new HostFailure(`a message may have at most ${MAX_RECIPIENTS} recipients, got ${count}`)
  return parsed.data
}

/** @param username of the credential, which is often an address @throws {HostFailure} */
export function parseSender(username: string): { name: string; address: string } {
  const parsed = address.safeParse(username)
  if (parsed.success) return parsed.data
  throw new HostFailure('"from" is missing, and the user name of the credential is not an address: set "from"')
}

/** @param contents of the attachments, in their order */
export function toMail({ attachments, server: _, reply_to, ...message }: Message, contents: readonly Buffer[]) {
  return {
    ...message,
    replyTo: reply_to,
    attachments: attachments.map(({ file, name, type }, i) => ({
      filename: name ?? file.slice(file.lastIndexOf('/') + 1),
      content: contents[i] ?? Buffer.alloc(0),
      ...(type !== undefined && { contentType: type }),
    })),
  }
}
