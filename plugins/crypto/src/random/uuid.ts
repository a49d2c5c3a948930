import { defineBlock } from '@ashlar/sdk'
import { sha1 } from '@noble/hashes/legacy.js'
import { z } from 'zod'
import { concatenate, showText } from '../bytes/index.ts'
import { randomBytes } from './random-bytes.ts'

const NAMESPACES: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
}

export const uuid = defineBlock({
  id: '2383bd3d-f4ea-47e6-8542-2e3e65a43348',
  name: 'uuid',
  description: 'Create a UUID: random, ordered by time, or always the same for a name.',
  category: 'CRYPTO',
  icon: 'fingerprint',
  synonyms: ['guid', 'unique id', 'uuid v4', 'uuid v7', 'uuid v5', 'identifier', 'random id', 'generate id'],
  input: z.object({
    version: z
      .enum(['4', '7', '5'])
      .default('4')
      .describe('4 is random. 7 starts with the time, so that later ones sort after earlier ones. 5 depends only on the name.'),
    name: z.string().default('').describe('The name for version 5.'),
    namespace: z
      .string()
      .default('dns')
      .meta({ description: 'The namespace for version 5: dns, url, oid, x500 or a UUID.', examples: ['url'] }),
  }),
  output: z.object({ uuid: z.string().describe('The UUID in lower case.') }),
  tests: [
    { input: {}, output: [['uuid', z.uuidv4()]] },
    {
      input: { version: '7' },
      now: '2026-03-29T12:00:00Z',
      output: [['uuid', (id: string) => /^019d3977-1a00-7[0-9a-f]{3}-[89ab]/.test(id)]],
    },
    {
      name: 'version 5, as in RFC 9562',
      input: { version: '5', name: 'www.example.com' },
      output: [['uuid', '2ed6657d-e927-568b-95e1-2665a8aea6a2']],
    },
    {
      input: { version: '5', name: 'a', namespace: 'x' },
      output: [['error', 'namespace must be dns, url, oid, x500 or a UUID, got "x"']],
    },
    { input: { version: '5' }, output: [['error', 'name must not be empty for version 5']] },
  ],
  *run({ version, name, namespace }) {
    if (version === '4') yield ['uuid', crypto.randomUUID()]
    else yield ['uuid', version === '7' ? createV7() : createV5(name, namespace)]
  },
})

function createV7(): string {
  const bytes = randomBytes(16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(Date.now() / 2 ** 32))
  view.setUint32(2, Date.now() % 2 ** 32)
  return format(bytes, 7)
}

function createV5(name: string, namespace: string): string {
  if (name === '') throw new Error('name must not be empty for version 5')
  const text = NAMESPACES[namespace.toLowerCase()] ?? namespace.toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text))
    throw new Error(`namespace must be dns, url, oid, x500 or a UUID, got ${showText(namespace)}`)
  const prefix = Uint8Array.fromHex(text.replaceAll('-', ''))
  return format(sha1(concatenate(prefix, new TextEncoder().encode(name))).slice(0, 16), 5)
}

function format(bytes: Uint8Array, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
