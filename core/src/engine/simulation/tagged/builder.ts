import type { Action, ScriptedBlock } from '../reference/index.ts'
import type { Tape } from './tape.ts'

/** An output pin that later nodes can use. */
export interface Source {
  end: string
  /** The loops and cycles around its values, outermost first, by id. */
  path: readonly string[]
  /** It may have several values with one tag. */
  isSeveral: boolean
  /** It may have values with shorter tags, too. */
  isMixed: boolean
}

interface DocumentNode {
  id: string
  block: string
  inputs: Record<string, unknown>
  [setting: string]: unknown
}

/** The graph so far. */
export class Builder {
  readonly tape: Tape
  readonly nodes: DocumentNode[] = []
  readonly links: { from: string; to: string; carry?: true }[] = []
  readonly blocks: Record<string, ScriptedBlock> = {}
  sources: Source[] = []

  constructor(tape: Tape) {
    this.tape = tape
  }

  get isFull(): boolean {
    return this.nodes.length >= MAX_NODES
  }

  /** Each node has a block of its own. */
  add(
    prefix: string,
    block: ScriptedBlock,
    inputs: Record<string, unknown> = {},
    settings: Record<string, unknown> = {},
  ): string {
    const id = `${prefix}${this.nodes.length}`
    this.blocks[id] = block
    this.nodes.push({ id, block: id, inputs, ...settings })
    return id
  }

  link(source: Source, to: string): void {
    this.links.push({ from: source.end, to })
  }

  offer(end: string, path: readonly string[], from: readonly Source[] = [], isSeveral = false): Source {
    const source: Source = {
      end,
      path,
      isSeveral: isSeveral || from.some((each) => each.isSeveral),
      isMixed: from.some((each) => each.isMixed),
    }
    this.sources.push(source)
    return source
  }

  /** A source whose values reach runs at this path. Rarely one from which a broadcast would be ambiguous. */
  pickVisible(path: readonly string[]): Source | undefined {
    const visible = this.sources.filter((source) => isPrefix(source.path, path))
    const plain = visible.filter(({ isSeveral, path: { length } }) => !isSeveral || length === path.length)
    return this.tape.pick(this.tape.often(92) && plain.length > 0 ? plain : visible)
  }

  pickExact(path: readonly string[]): Source | undefined {
    return this.tape.pick(this.sources.filter((source) => isSame(source.path, path)))
  }
}

const MAX_NODES = 22

export function isPrefix(one: readonly string[], other: readonly string[]): boolean {
  return one.length <= other.length && one.every((name, i) => name === other[i])
}

export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && isPrefix(one, other)
}

/** A condition that holds for one of `of` combinations of inputs. */
export function sometimes(salt: string, of: number, is = 0): { remainder: [unknown, number, number] } {
  return { remainder: [{ $digest: salt }, of, is] }
}

export function yieldDigest(pin: string): Action {
  return { yield: pin, value: { $digest: pin } }
}
