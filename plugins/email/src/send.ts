import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { provider } from './provider.ts'

const recipients = z.array(z.string()).max(100)
const sentSchema = z.object({
  message_id: z.string(),
  accepted: z.array(z.string()),
  rejected: z.array(z.string()),
  response: z.string(),
})
const credentials = { smtp: { type: 'USER_PASSWORD', username: 'ada@example.com', password: 'test-password' } } as const

export const send = defineBlock({
  id: 'cc3c21ec-d66a-4be1-9053-313c911b54f9',
  name: 'send',
  icon: 'send',
  description: 'Send an email with text, HTML and attachments.',
  category: 'MESSAGING',
  common: true,
  synonyms: ['mail', 'email', 'e-mail', 'smtp', 'send mail', 'gmail', 'outlook', 'notify'],
  capabilities: { host: ['smtp/send'], credentials: [provider.name], files: ['read'] },
  timeoutMs: 120_000,
  input: z.object({
    to: recipients
      .min(1)
      .meta({ title: 'To', description: 'Addresses of the recipients.', examples: [['Ada <ada@example.com>']] }),
    subject: z.string().max(1000).default('').describe('The subject.'),
    text: z.string().default('').describe('The text of the message.'),
    html: z.string().default('').meta({ title: 'HTML', description: 'The message as HTML. Readers without HTML see the text.' }),
    attachments: z.array(z.string()).max(50).default([]).describe('Paths of files of the execution to attach.'),
    cc: recipients.default([]).meta({ title: 'Cc', description: 'Addresses that receive a copy.', advanced: true }),
    bcc: recipients
      .default([])
      .meta({ title: 'Bcc', description: 'Addresses that receive a copy which the others do not see.', advanced: true }),
    reply_to: recipients
      .default([])
      .meta({ title: 'Reply to', description: 'Addresses for answers. By default the sender.', advanced: true }),
    from: z
      .string()
      .default('')
      .meta({
        title: 'From',
        description: 'The sender. By default the user name of the credential.',
        examples: ['Ashlar <ashlar@example.com>'],
      }),
    server: z
      .string()
      .default('')
      .meta({
        title: 'Server',
        description: 'Host and port of the outgoing server. Needed only if the credential is for several.',
        examples: ['smtp.example.com:465'],
        advanced: true,
      }),
  }),
  output: z.object({
    message_id: z.string().describe('The Message-ID of the message.'),
    accepted: z.array(z.string()).describe('Addresses that the server has accepted.'),
    rejected: z.array(z.string()).describe('Addresses that the server has rejected, if it has accepted others.'),
    response: z.string().describe('The answer of the server.'),
  }),
  tests: [
    {
      name: 'sends the message',
      input: { to: ['ada@example.com'], subject: 'Hi', text: 'Hello' },
      credentials,
      host: {
        'smtp/send': {
          result: { message_id: '<1@example.com>', accepted: ['ada@example.com'], rejected: [], response: '250 OK' },
        },
      },
      output: [
        ['message_id', '<1@example.com>'],
        ['accepted', ['ada@example.com']],
        ['response', '250 OK'],
      ],
    },
    {
      name: 'reports addresses that the server rejects',
      input: { to: ['ada@example.com', 'none@example.com'], text: 'Hello' },
      credentials,
      host: {
        'smtp/send': {
          result: {
            message_id: '<1@example.com>',
            accepted: ['ada@example.com'],
            rejected: ['none@example.com'],
            response: '250 OK',
          },
        },
      },
      output: [
        ['message_id', '<1@example.com>'],
        ['accepted', ['ada@example.com']],
        ['rejected', ['none@example.com']],
        ['response', '250 OK'],
      ],
    },
    {
      name: 'reports an error of the server',
      input: { to: ['ada@example.com'] },
      credentials,
      host: { 'smtp/send': { error: '"to.0" must be an address' } },
      output: [['error', '"to.0" must be an address']],
    },
    { name: 'needs a recipient', input: { to: [] }, output: [['error', (message: string) => message.includes('to')]] },
    {
      name: 'needs a credential',
      input: { to: ['ada@example.com'] },
      output: [['error', 'the block needs a credential for email/smtp, but the fakes have none']],
    },
  ],
  async *run({ from, server, text, html, attachments, ...message }, { host }) {
    const given = {
      ...message,
      ...(from !== '' && { from }),
      ...(server !== '' && { server }),
      ...((text !== '' || html === '') && { text }),
      ...(html !== '' && { html }),
      attachments: attachments.map((file) => ({ file })),
    }
    const sent = sentSchema.parse(await host('smtp/send', given, { credential: provider.name }))
    yield ['message_id', sent.message_id]
    yield ['accepted', sent.accepted]
    if (sent.rejected.length > 0) yield ['rejected', sent.rejected]
    yield ['response', sent.response]
  },
})
