import { parseArgs } from 'node:util'
import type { ApiCredential } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import type { CommandContext } from '../command/command.ts'
import { connectToInstallation } from '../command/connection.ts'
import { formatTime } from '../command/format-time.ts'
import { plain } from '../command/terminal.ts'

/** `ashlar credential list` */
export async function list(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  parseArgs({ args, options: {} })
  const { credentials, close } = await connectToInstallation(environment, loggerTo(stderr))
  try {
    const rows: string[][] = []
    for await (const credential of credentials.credentials()) rows.push(toRow(credential))
    if (rows.length === 0) stderr.write('You have no credentials.\n')
    for (const line of align(rows)) stdout.write(`${line}\n`)
    return 0
  } finally {
    await close()
  }
}

function toRow({ providerName, name, kind, hosts, status, lastUsedAt }: ApiCredential): string[] {
  const use = lastUsedAt === null ? 'never used' : `used ${formatTime(lastUsedAt)}`
  return [providerName, plain(name), kind, hosts.join(', '), status, use]
}

function align(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
