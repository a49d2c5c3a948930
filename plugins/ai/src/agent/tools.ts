import type { ToolPin } from '@ashlar/sdk'
import { z } from 'zod'
import type { RequestedCall } from '../model/index.ts'
import { parseArguments } from './messages.ts'

/** A node that the pin `tools` links to, as Ashlar describes it. */
export const toolSchema = z.object({
  name: z.string(),
  description: z.string(),
  nodeId: z.string(),
  pins: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.unknown()),
})

export type Tool = z.output<typeof toolSchema>

/** What is to be done with a tool call: the values by pin of the node, or an error for the model. */
export type CheckedCall = { id: string; values: [pin: ToolPin, value: unknown][] } | { id: string; error: string }

/** Checks what a model asks for: the tool must exist, and its arguments must fit. */
export function checkCall({ id, name, arguments: json }: RequestedCall, tools: readonly Tool[]): CheckedCall {
  const tool = tools.find((each) => each.name === name)
  if (!tool) {
    const names = tools.map((each) => each.name).join(', ')
    return { id, error: `there is no tool "${name}"; the tools are: ${names === '' ? 'none' : names}` }
  }
  const given = parseArguments(json)
  if (!given) return { id, error: `the arguments of "${name}" are not a JSON object: ${json.slice(0, 100)}` }
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  const fault = findFault(tool, args)
  if (fault !== undefined) return { id, error: `the arguments of "${name}" do not fit: ${fault}` }
  const values = Object.entries(tool.pins).map(([parameter, pin]): [ToolPin, unknown] => {
    return [`tools_^_${tool.nodeId}_~_${pin}`, Object.hasOwn(args, parameter) ? args[parameter] : null]
  })
  return { id, values }
}

function findFault(tool: Tool, args: Record<string, unknown>): string | undefined {
  const parsed = compile(tool)?.safeParse(args)
  if (parsed?.success !== false) return undefined
  return parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ')
}

/** @returns undefined for a schema that zod does not support: the node validates its inputs in any case */
function compile({ parameters }: Tool): z.ZodType | undefined {
  try {
    return z.fromJSONSchema(parameters)
  } catch {
    return undefined
  }
}
