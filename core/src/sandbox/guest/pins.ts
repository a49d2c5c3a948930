import { readPins } from '@ashlar/sdk/markers'
import type { Block } from '@ashlar/sdk'

/** The pins of a block that take part in loops. */
interface LoopPins {
  /** Also those that are many only in some nodes. */
  many: ReadonlySet<string>
  /** The inputs that make a pin many. */
  conditions: ReadonlyMap<string, readonly string[]>
  /** The inputs whose values the block may read while it runs. */
  paged: ReadonlySet<string>
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

/** Whether a pin is many in a run with these inputs. @param isSet whether the run sets an input */
export function isManyWith(block: Block, pin: string, isSet: (input: string) => boolean): boolean {
  const { many, conditions } = loopPins(block)
  return many.has(pin) && (conditions.get(pin)?.some(isSet) ?? true)
}

/** The inputs whose values the block may read while it runs. */
export function pagedPins(block: Block): ReadonlySet<string> {
  return loopPins(block).paged
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

function readLoopPins({ input, output }: Block): LoopPins {
  const paged = readPins(input, 'input').filter(({ meta }) => meta.paged === true)
  const pins = readPins(output, 'output')
  const silent = new Map<string, 'done' | 'caught'>()
  for (const { name, meta } of pins)
    for (const marker of ['done', 'caught'] as const) if (meta[marker] === true) silent.set(name, marker)
  const many = pins.filter(({ meta }) => meta.many === true || Array.isArray(meta.manyIf))
  const conditional = many.filter(({ meta }) => meta.many !== true)
  const conditions = new Map(conditional.map(({ name, meta }) => [name, meta.manyIf as string[]]))
  const names = (found: typeof pins): ReadonlySet<string> => new Set(found.map(({ name }) => name))
  return { many: names(many), conditions, paged: names(paged), silent }
}
