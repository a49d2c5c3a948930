import { z } from 'zod'

/** What shares the state of a block. */
export const sharedByPin = z.enum(['graph', 'user']).default('graph').meta({
  title: 'Shared by',
  description: 'Whether the executions of this graph share the state, or all graphs of the user.',
  advanced: true,
})

export const keyPin = (description: string) =>
  z
    .string()
    .min(1)
    .max(100)
    .meta({ title: 'Key', description, examples: ['orders'] })
