import { listCapabilities, listProviders, type Block, type Draft, type JsonSchema } from '@ashlar/core'
import type { Positions } from '../draft/positions.ts'
import type { Finding, FindingCode, Level } from './finding.ts'

/** Checks blocks for omissions, and lists their capabilities. */
export function findInBlocks({ plugin }: Draft, positions: Positions): Finding[] {
  return [
    ...plugin.blocks.flatMap((block) => findInBlock(block, positions)),
    ...plugin.providers
      .filter(({ qualifiedName }) => !plugin.blocks.some((block) => listProviders(block.capabilities).includes(qualifiedName)))
      .map(({ name }): Finding => {
        return { level: 'hint', code: 'PROVIDER_UNUSED', position: null, message: `no block uses the provider "${name}"` }
      }),
  ]
}

function findInBlock(block: Block, positions: Positions): Finding[] {
  const found: Finding[] = []
  const add = (level: Level, code: FindingCode, key: string, message: string): void => {
    const position = positions.within(block, key) ?? null
    found.push({ level, code, position, message: `${block.qualifiedName}: ${message}` })
  }
  if (block.description.trim() === '')
    add('warning', 'BLOCK_DESCRIPTION', 'description', 'it has no description; users find blocks by their descriptions')
  if (block.unavailable !== undefined)
    add('hint', 'BLOCK_UNAVAILABLE', 'unavailable', `it cannot run yet: it needs ${block.unavailable}`)
  else if (block.tests.length === 0) add('warning', 'BLOCK_TESTS', 'tests', 'it has no tests')
  for (const [side, schema] of [
    ['input', block.inputSchema],
    ['output', block.outputSchema],
  ] as const)
    for (const [pin, pinSchema] of Object.entries(schema.properties ?? {})) {
      if (!pinSchema.title) add('hint', 'PIN_TITLE', pin, `${side} "${pin}" has no title`)
      if (!pinSchema.description) add('hint', 'PIN_DESCRIPTION', pin, `${side} "${pin}" has no description`)
      const why = whyUnreachable(pinSchema)
      if (why !== undefined) add('error', 'PIN_UNREACHABLE', pin, `${side} "${pin}" ${why}: no link can supply a value`)
    }
  for (const { kind, detail } of listCapabilities(block.capabilities))
    add(isPowerful(kind, detail) ? 'warning' : 'hint', 'CAPABILITY', 'capabilities', `it uses ${kind}: ${detail}`)
  for (const provider of listProviders(block.capabilities)) {
    const [owner] = provider.split('/')
    if (owner === block.plugin.name) continue
    add(
      'warning',
      'PROVIDER_FOREIGN',
      'capabilities',
      `it needs the provider ${provider}, so the plugin "${owner}" must also be installed`,
    )
  }
  return found
}

function whyUnreachable({ type, not }: JsonSchema & { not?: unknown }): string | undefined {
  if (not !== undefined && JSON.stringify(not) === '{}') return 'accepts no value'
  return type === 'null' ? 'is always null' : undefined
}

/** Whether a capability deserves a warning. */
function isPowerful(kind: string, detail: string): boolean {
  return kind === 'credentials.reveal' || (kind === 'http' && detail === 'ANY HOST')
}
