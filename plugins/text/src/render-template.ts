import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'
import {
  argument,
  isEmpty,
  JINJA_FILTERS,
  print,
  setVariable,
  toRuntimeValue,
  type Filter,
  type FilterArguments,
  type RuntimeValue,
} from './filters/index.ts'

/**
 * Renders a Jinja template. White space is handled as by default in Jinja2. Unknown variables and null are empty. Lists
 * and dictionaries print as JSON. The filters `escape`, `e` and `round` and {@link JINJA_FILTERS} are available in
 * addition to those of the library. Positions and lengths of texts count Unicode code points, as in Python.
 *
 * @param escapeHtml escapes the output of `{{ }}`, except the results of `safe`, `escape`, `e` and of macros
 * @throws {Error} when the template does not parse or rendering fails
 */
export function renderTemplate(source: string, values: Record<string, unknown>, escapeHtml: boolean): string {
  const program: Program = explain('format is not a Jinja template', () => parse(tokenize(source)))
  const interpreter = new TemplateInterpreter(createEnvironment(values), program, escapeHtml)
  return explain('format failed to render', () => String(interpreter.run(program).value))
}

/** A syntax node of the library, with the members that this file uses. */
interface Node {
  readonly type: string
  readonly [part: string]: unknown
}

interface Program extends Node {
  readonly body: Node[]
}

// The library's declarations import each other without file extensions, so TypeScript cannot read them here.
const JinjaInterpreter: new (environment: Environment) => {
  run(program: Program): RuntimeValue
  /** @param node undefined for an omitted part of a slice */
  evaluate(node: Node | undefined, environment: Environment): RuntimeValue
} = Interpreter

function explain<T>(problem: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Error(`${problem}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function createEnvironment(values: Record<string, unknown>): Environment {
  const environment = new Environment()
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null, range }
  for (const [name, value] of Object.entries({ ...constants, ...values })) {
    setVariable(environment, name, value)
  }
  return environment
}

function range(from: number, to?: number, step = 1): number[] {
  const [start, end] = to === undefined ? [0, from] : [from, to]
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, i) => start + i * step)
}

/**
 * Corrects the library's interpreter, which does not escape, fails at loops over unknown variables, and splits
 * surrogate pairs.
 */
class TemplateInterpreter extends JinjaInterpreter {
  readonly #escapeHtml: boolean
  readonly #printed = new Set<Node>()
  readonly #looped = new Set<unknown>()

  constructor(environment: Environment, program: Program, escapeHtml: boolean) {
    super(environment)
    this.#escapeHtml = escapeHtml
    this.#findPrinted(program.body)
  }

  override evaluate(node: Node | undefined, environment: Environment): RuntimeValue {
    if (!node) return super.evaluate(node, environment)
    const value =
      this.#applyOwnFilter(node, environment) ?? this.#evaluateText(node, environment) ?? super.evaluate(node, environment)
    if (value.type === 'UndefinedValue' && this.#looped.has(node)) return toRuntimeValue([])
    return this.#escapeHtml && !isEmpty(value) && this.#printed.has(node) ? toRuntimeValue(escapeText(value)) : value
  }

  /**
   * Evaluates the expressions that the library evaluates by code unit: `text[0]`, `text.length`, `text | length`,
   * `text.split('')`.
   */
  #evaluateText(node: Node, environment: Environment): RuntimeValue | undefined {
    if (node instanceof Evaluated) return node.result
    if (isSplit(node) && this.evaluate(node.args[0], environment).value === '') throw new Error('empty separator')
    const part = node.type === 'MemberExpression' ? 'object' : parseFilter(node)?.name === 'length' ? 'operand' : undefined
    if (!part) return undefined
    const result = this.evaluate(node[part] as Node, environment)
    // Avoid evaluating the part again.
    if (result.type !== 'StringValue') return super.evaluate({ ...node, [part]: new Evaluated(result) }, environment)
    const characters = Array.from(result.value as string)
    const property = part === 'object' ? this.#propertyOf(node, environment) : 'length'
    if (property === 'length') return toRuntimeValue(characters.length)
    if (typeof property === 'number') return toRuntimeValue(characters.at(property))
    return super.evaluate({ ...node, [part]: new Evaluated(result) }, environment)
  }

  #propertyOf({ computed, property }: Node, environment: Environment): unknown {
    const node = property as Node
    if (node.type === 'SliceExpression') return undefined
    return computed ? this.evaluate(node, environment).value : node.value
  }

  /** Records the nodes that print their value, `{{ node }}`, and the nodes that loops iterate over. */
  #findPrinted(body: readonly Node[]): void {
    for (const node of body) {
      const parts = [node.body, node.alternate, node.defaultBlock].filter((part) => Array.isArray(part))
      for (const part of parts) this.#findPrinted(part)
      if (node.type === 'For') this.#looped.add(node.iterable)
      // Text between tags is also a StringLiteral.
      if (parts.length === 0 && node.type !== 'StringLiteral' && !isEscapedAlready(node)) this.#printed.add(node)
    }
  }

  #applyOwnFilter(node: Node, environment: Environment): RuntimeValue | undefined {
    const filter = parseFilter(node)
    const apply = filter && FILTERS.get(filter.name)
    if (!apply) return undefined
    const operand = this.evaluate(node.operand as Node, environment)
    const result = apply(operand, this.#evaluateArguments(filter.args, environment))
    return isRuntimeValue(result) ? result : toRuntimeValue(result)
  }

  #evaluateArguments(nodes: readonly Node[], environment: Environment): FilterArguments {
    const list: RuntimeValue[] = []
    const named = new Map<string, RuntimeValue>()
    for (const node of nodes)
      if (node.type === 'KeywordArgumentExpression')
        named.set(String((node.key as Node).value), this.evaluate(node.value as Node, environment))
      else list.push(this.evaluate(node, environment))
    return { list, named }
  }
}

/** A node that has been evaluated. */
class Evaluated implements Node {
  readonly type = 'Evaluated'
  readonly result: RuntimeValue;
  readonly [part: string]: unknown

  constructor(result: RuntimeValue) {
    this.result = result
  }
}

function isSplit(node: Node): node is Node & { args: [Node] } {
  const callee = node.type === 'CallExpression' ? (node.callee as Node) : undefined
  const property = callee?.type === 'MemberExpression' ? (callee.property as Node) : undefined
  return property?.value === 'split' && Array.isArray(node.args) && node.args.length > 0
}

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...Object.entries(JINJA_FILTERS),
  ['escape', escapeText],
  ['e', escapeText],
  [
    'round',
    ({ value }, args) => roundNumber(value, Number(argument(args, 0, 'precision') ?? 0), argument(args, 1, 'method') ?? 'common'),
  ],
])

/** @param method `common`, `ceil` or `floor` */
function roundNumber(value: unknown, digits: number, method: unknown): number | bigint {
  if (typeof value === 'bigint' && digits >= 0) return value
  const [number, scale] = [Number(value), 10 ** digits]
  if (method === 'floor' || method === 'ceil') return Math[method](number * scale) / scale
  if (method !== 'common')
    throw new Error(`the filter round needs the method "common", "ceil" or "floor", got ${JSON.stringify(method)}`)
  return digits < 0 ? Math.round(number * scale) / scale : Number(number.toFixed(digits))
}

function isRuntimeValue(value: unknown): value is RuntimeValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    'value' in value &&
    !Array.isArray(value) &&
    'builtins' in value
  )
}

/**
 * Returns whether a node is the result of `safe`, of escaping, or of a macro. All functions except `namespace` and
 * `range` are macros.
 */
function isEscapedAlready(node: Node): boolean {
  const callee = node.type === 'CallExpression' ? (node.callee as Node) : undefined
  if (callee?.type === 'Identifier') return callee.value !== 'namespace' && callee.value !== 'range'
  return ['safe', 'escape', 'e'].includes(parseFilter(node)?.name ?? '')
}

function parseFilter(node: Node | undefined): { name: string; args: Node[] } | undefined {
  if (node?.type !== 'FilterExpression') return undefined
  const filter = node.filter as Node
  if (filter.type !== 'CallExpression') return { name: String(filter.value), args: [] }
  return { name: String((filter.callee as Node).value), args: filter.args as Node[] }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

function escapeText(value: RuntimeValue): string {
  return print(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
