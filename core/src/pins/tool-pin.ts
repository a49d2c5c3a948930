import type { ToolPin } from '@ashlar/sdk'

/** The output pin whose links a block addresses with tool pins. */
export const TOOLS_PIN = 'tools'

const PREFIX = 'tools_^_'
const SEPARATOR = '_~_'

/** The node and the input pin that a tool pin addresses. */
interface ToolPinTarget {
  node: string
  pin: string
}

/** Whether an output pin is a tool pin, `tools_^_<node id>_~_<pin>`. Source: execution semantics, rule 16. */
export function isToolPin(pin: string): boolean {
  return pin.startsWith(PREFIX)
}

/** @returns undefined if the pin is not a complete tool pin */
export function parseToolPin(pin: string): ToolPinTarget | undefined {
  if (!isToolPin(pin)) return undefined
  // A node id has at least one character, so the separator cannot start at its first one.
  const separator = pin.indexOf(SEPARATOR, PREFIX.length + 1)
  const target = { node: pin.slice(PREFIX.length, separator), pin: pin.slice(separator + SEPARATOR.length) }
  return separator < 0 || target.pin === '' ? undefined : target
}

export function toToolPin({ node, pin }: ToolPinTarget): ToolPin {
  return `${PREFIX}${node}${SEPARATOR}${pin}`
}
