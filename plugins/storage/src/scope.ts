import type { StorageScope } from '@ashlar/sdk'
import { z } from 'zod'

/** The scope of the value: this graph, or all graphs of the user. */
export const scopePin = z
  .enum(['within_agent', 'across_agents'])
  .default('within_agent')
  .meta({ description: 'Whether the value belongs to this graph or to all graphs of its user.' })

export function toScope(pin: z.output<typeof scopePin>): StorageScope {
  return pin === 'within_agent' ? 'graph' : 'user'
}
