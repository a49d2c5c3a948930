import type { RestApi } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const channelPins = {
  channel_name: z
    .string()
    .default('')
    .meta({ title: 'Channel', description: 'The id of a channel, or its name.', examples: ['general', '1012345678901234567'] }),
  server_name: z.string().default('').meta({
    title: 'Server',
    description: 'The name of the server, if several servers of the bot have a channel of this name.',
    advanced: true,
  }),
}

const namedSchema = z.array(z.object({ id: z.string(), name: z.string(), type: z.int().optional() }))
/** Channels that hold messages: text, announcements, and the types of threads. */
const TEXT_TYPES = new Set([0, 5, 10, 11, 12])

interface Channel {
  id: string
  name: string
}

/** @throws when no channel or more than one has this name */
export async function findChannel(
  api: RestApi,
  { channel_name, server_name }: { channel_name: string; server_name: string },
): Promise<Channel> {
  if (channel_name === '') throw new Error('set the input "channel_name" to the id or the name of a channel')
  if (/^\d{15,21}$/.test(channel_name)) return { id: channel_name, name: channel_name }
  const wanted = channel_name.replace(/^#/, '').toLowerCase()
  const servers = namedSchema.parse(await api.json('GET', '/users/@me/guilds'))
  const asked = servers.filter(({ name }) => server_name === '' || name.toLowerCase() === server_name.toLowerCase())
  if (asked.length === 0)
    throw new Error(
      `the bot is in no server named "${server_name}"; it is in ${servers.map(({ name }) => name).join(', ') || 'none'}`,
    )
  const found: Channel[] = []
  for (const { id } of asked) {
    const channels = namedSchema.parse(await api.json('GET', `/guilds/${id}/channels`))
    found.push(...channels.filter(({ name, type }) => name.toLowerCase() === wanted && TEXT_TYPES.has(type ?? 0)))
  }
  const [first, ...others] = found
  if (!first) throw new Error(`the bot sees no channel named "${wanted}"`)
  if (others.length > 0)
    throw new Error(`several servers have a channel named "${wanted}": set "server_name", or use the id of the channel`)
  return { id: first.id, name: first.name }
}
