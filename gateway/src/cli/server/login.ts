import { parseArgs } from 'node:util'
import { createLoginLink, endSessions } from '../../client/index.ts'
import type { CommandContext } from '../command/command.ts'
import { formatTime } from '../command/format-time.ts'
import { findRunningServer } from '../command/running-server.ts'

/** `ashlar login [--server url]` */
export async function login(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { url, expiresAt } = await createLoginLink(await findRunningServer(parseServer(args), environment))
  stdout.write(`${url}\n`)
  stderr.write(`Open the link in a browser. It works once and expires at ${formatTime(expiresAt)}.${nameHint(url)}\n`)
  return 0
}

/** `ashlar logout [--server url]` */
export async function logout(args: string[], { stderr, environment }: CommandContext): Promise<number> {
  await endSessions(await findRunningServer(parseServer(args), environment))
  stderr.write('Logged out all browsers. Unused login links are no longer valid.\n')
  return 0
}

/** A hint for browsers that do not resolve names below `localhost`, which RFC 6761 allows. */
export function nameHint(url: string): string {
  const { hostname } = new URL(url)
  return hostname.endsWith('.localhost') ? ` If the browser cannot find ${hostname}, replace it with 127.0.0.1.` : ''
}

function parseServer(args: string[]): string | undefined {
  return parseArgs({ args, options: { server: { type: 'string' } } }).values.server
}
