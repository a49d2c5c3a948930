import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionary = z.record(z.string(), z.unknown())

export const webhook = defineBlock({
  id: '8fa8c167-2002-47ce-aba8-97572fc5d387',
  name: 'webhook',
  description: 'Start the graph when a service sends a request.',
  category: 'TRIGGER',
  icon: 'webhook',
  synonyms: [
    'incoming webhook',
    'http trigger',
    'on request',
    'callback',
    'endpoint',
    'http in',
    'catch hook',
    'generic webhook',
  ],
  kind: 'trigger',
  unavailable: 'triggers',
  input: z.object({
    payload: dictionary.default({}).meta({ title: 'Payload', description: 'The body of the request.', hidden: true }),
    constants: dictionary.default({}).meta({ title: 'Constants', description: 'Values to send together with each request.' }),
    secret_token: z.string().nullable().default(null).meta({
      title: 'Secret',
      description: 'A request must have this text in its header X-Webhook-Secret. By default every request is accepted.',
      secret: true,
    }),
  }),
  output: z.object({
    payload: dictionary.meta({ title: 'Payload', description: 'The body of the request.' }),
    constants: dictionary.meta({ title: 'Constants', description: 'The constants of the node.' }),
  }),
})
