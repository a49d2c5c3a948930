import { z } from 'zod'

export const webRequestPins = z.object({
  url: z
    .string()
    .meta({ title: 'URL', description: 'Starts with http:// or https://.', examples: ['https://api.example.com/items'] }),
  method: z
    .enum(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])
    .default('POST')
    .meta({ title: 'Method', description: 'The method of the request.' }),
  headers: z.record(z.string(), z.string()).default({}).meta({ title: 'Headers', description: 'Names and values of headers.' }),
  json_format: z
    .boolean()
    .default(true)
    .meta({ title: 'As JSON', description: 'Send the body as JSON. Otherwise, and with files, it is sent as a form.' }),
  body: z
    .record(z.string(), z.unknown())
    .nullable()
    .default(null)
    .meta({ title: 'Body', description: 'The fields of the body. A GET or HEAD request has none.' }),
  files_name: z
    .string()
    .default('file')
    .meta({ title: 'Name of the files', description: 'The field of the form that contains the files.' }),
  files: z.array(z.string()).default([]).meta({
    title: 'Files',
    description: 'Files to send in the form: web addresses, data URIs or paths of files of the execution.',
  }),
})

export const webRequestOutputs = z.object({
  response: z.unknown().meta({ title: 'Response', description: 'The body of a response with status 200 to 299.' }),
  client_error: z.unknown().meta({ title: 'Client error', description: 'The body of a response with status 400 to 499.' }),
  server_error: z.unknown().meta({ title: 'Server error', description: 'The body of any other response.' }),
})
