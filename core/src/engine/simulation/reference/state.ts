import type { Conflict, Incomplete, Link, Node, Opener, Run, Scope, Tag, Token } from './entities.ts'

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
    return this.#openScope({
      opener,
      parent,
      producer: undefined,
      lineage: new Map(),
      iterations: 0,
      turns: new Set(),
      origins: new Map(),
      failure: undefined,
      key,
    })
  }

  /** The scope of a run that yields iterations, or of its tool calls. */
  loopScope(opener: Opener, producer: Run, place: number): Scope {
    const { tag: parent, lineage } = producer
    const key = `${opener.id}${opener.type === 'TOOLS' ? '.tools' : ''}.${place}`
    return this.#openScope({
      opener,
      parent,
      producer,
      lineage,
      iterations: 0,
      turns: new Set(),
      origins: new Map(),
      failure: undefined,
      key,
    })
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
