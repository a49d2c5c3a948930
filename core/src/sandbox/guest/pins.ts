import { readPins } from '@ashlar/sdk/markers'
import type { Block } from '@ashlar/sdk'

/** The output pins of a block that take part in loops. */
interface LoopPins {
  /** Also those that are many only in some nodes. */
  many: ReadonlySet<string>
  /** The pins on which the block never yields, by their marker. */
  silent: ReadonlyMap<string, 'done' | 'caught'>
}

const known = new WeakMap<Block, LoopPins>()

/** Whether a run of the block may yield several values on some pin. */
export function hasMany(block: Block): boolean {
  return loopPins(block).many.size > 0
}

export function isMany(block: Block, pin: string): boolean {
  return loopPins(block).many.has(pin)
}

/** The marker of a pin on which only Ashlar emits. */
export function silentMarker(block: Block, pin: string): 'done' | 'caught' | undefined {
  return loopPins(block).silent.get(pin)
}

function loopPins(block: Block): LoopPins {
  const pins = known.get(block) ?? readLoopPins(block)
  known.set(block, pins)
  return pins
}

function readLoopPins({ output }: Block): LoopPins {
  const pins = readPins(output, 'output')
  const silent = new Map<string, 'done' | 'caught'>()
  for (const { name, meta } of pins)
    for (const marker of ['done', 'caught'] as const) if (meta[marker] === true) silent.set(name, marker)
  const many = pins.filter(({ meta }) => meta.many === true || meta.manyIf !== undefined)
  return { many: new Set(many.map(({ name }) => name)), silent }
}
