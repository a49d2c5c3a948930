import type { PinStep } from '../../../pins/index.ts'
import type { GraphDocument } from '../../graph/index.ts'
import type { ScriptedBlock } from './blocks/index.ts'

/** A node of a graph, with all that determines what it does. */
export interface Node {
  id: string
  /** Its place in the document. */
  place: number
  block: ScriptedBlock
  constants: Record<string, unknown>
  attempts: number
  closes: string | undefined
  /** Links to this node, in the order of the document. */
  incoming: Link[]
  outgoing: Link[]
  /** Input pins with a link, with their paths, in the order of the links. */
  pins: string[]
  loop: Opener
  tools: Opener
  budget: number
}

export interface Link {
  place: number
  source: Node
  sourcePin: string
  steps: PinStep[]
  sink: Node
  sinkPin: string
  carry: boolean
}

export interface Graph {
  nodes: Node[]
  links: Link[]
  document: GraphDocument
}

/** What opens scopes: a node with a pin that is `many`, the tool calls of a node, or a cycle. */
export interface Opener {
  type: 'LOOP' | 'TOOLS' | 'CYCLE'
  /** The id of the node; for a cycle, of its first node in the document. */
  id: string
  /** The place of that node in the document. */
  place: number
}

/** Opened by one run of a node, or by a cycle at one outer tag. */
export interface Scope {
  opener: Opener
  parent: Tag
  /** The producer of the iterations; undefined for a cycle. */
  producer: Run | undefined
  /** The notes that all values of the scope share. */
  lineage: Lineage
  iterations: number
  /** The turns of a cycle, by key. */
  turns: Set<string>
  /** Numbers for where its turns come from. */
  origins: Map<string, number>
  /** The message of the failed producer. */
  failure: string | undefined
  key: string
}

/** The tag and, of the lineage, the notes from inside of the cycle. */
interface Origin {
  tag: Tag
  lineage: Lineage
}

export interface Step {
  scope: Scope
  k: number
  /** From where a back edge has led to this turn. */
  from: Origin | undefined
}

/** The path of iterations to which a value belongs, outermost first. Tags are equal if their keys are equal. */
export interface Tag {
  steps: readonly Step[]
  key: string
}

/**
 * Which links the runs behind a value took, by run and pin, where a pin has several links. Values whose notes differ
 * never meet.
 */
export type Lineage = ReadonlyMap<string, Note>

export interface Note {
  /** The notes are in the order of turns, then of nodes, then of pins. */
  turn: number
  node: number
  pin: number
  /** The place of the link. */
  link: number
}

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
  /** The number of steps of its node before it. */
  step: number
  /** What it took, by pin. */
  taken: Map<string, Token>
  status: 'COMPLETED' | 'FAILED'
  code: string | undefined
  message: string | undefined
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

/** Two values for all iterations inside of a tag. Rule 26. */
export interface Conflict {
  node: Node
  tag: Tag
}
