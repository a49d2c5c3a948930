import type { Link, Node } from './graph.ts'
import type { Lineage, Opener, Scope, Tag } from './tags.ts'

/** A value at an input pin. */
export interface Token {
  /** For a link that carries, the tag of the iteration that yielded it. */
  tag: Tag
  lineage: Lineage
  value: unknown
  /** Undefined for the list of a collect pin. */
  link: Link | undefined
  /** The run that yielded it; for a list, the producer of the loop. */
  from: Run | undefined
}

/** One run of a node. */
export interface Run {
  node: Node
  tag: Tag
  lineage: Lineage
  inputs: Record<string, unknown>
  /** What it took, by pin. */
  taken: Map<string, Token>
  status: 'COMPLETED' | 'FAILED'
  code: string | undefined
  /** Whether a link of its error pin or a caught pin received the failure. */
  isHandled: boolean
  /** In the order of the yields, with the iteration of each value. */
  outputs: [pin: string, value: unknown, k: number | undefined][]
}

/** A node that received a value with this tag, but never ran there. */
export interface Incomplete {
  node: Node
  tag: Tag
  /** The pins for which no value arrived. */
  dead: string[]
}

/** Two values for all iterations inside of a tag. Rule 25. */
export interface Conflict {
  node: Node
  tag: Tag
}

/** Everything that the runs of a graph leave behind. */
export class State {
  readonly runs: Run[] = []
  readonly incomplete: Incomplete[] = []
  readonly conflicts: Conflict[] = []
  readonly scopes = new Map<string, Scope>()
  readonly #tokens = new Map<Node, Map<string, Token[]>>()

  addToken(token: Token, { sink, sinkPin }: Link): void {
    const pins = this.#tokens.get(sink) ?? new Map<string, Token[]>()
    this.#tokens.set(sink, pins)
    pins.set(sinkPin, [...(pins.get(sinkPin) ?? []), token])
  }

  /** The values that arrived at a pin. */
  tokensAt(node: Node, pin: string): readonly Token[] {
    return this.#tokens.get(node)?.get(pin) ?? []
  }

  /** The scope of a cycle at an outer tag. */
  cycleScope(opener: Opener, parent: Tag): Scope {
    const key = `${opener.id}*`
    return this.#openScope({ opener, parent, producer: undefined, lineage: new Map(), iterations: 0, failure: undefined, key })
  }

  /** The scope of a run that yields iterations, or of its tool calls. */
  loopScope(opener: Opener, producer: Run, place: number): Scope {
    const { tag: parent, lineage } = producer
    const key = `${opener.id}${opener.type === 'TOOLS' ? '.tools' : ''}.${place}`
    return this.#openScope({ opener, parent, producer, lineage, iterations: 0, failure: undefined, key })
  }

  #openScope(scope: Scope): Scope {
    const key = `${scope.parent.key}/${scope.key}`
    const known = this.scopes.get(key) ?? scope
    this.scopes.set(key, known)
    return known
  }
}

/** An execution that has used up a budget. */
export class BudgetExceeded extends Error {}
