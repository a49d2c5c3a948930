import { AshlarError, type CostLimits } from '@ashlar/core'
import type { SchemaContext } from '@ashlar/schema'
import { getOperationAST, parse, validate, type ExecutionArgs, type ExecutionResult, type GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { toRequestError } from '../../http/mask-error.ts'
import { calculateCost } from './cost.ts'
import { createDocumentCache } from './document-cache.ts'
import { assertDocument } from './document-limits.ts'
import { LIMITS } from './limits.ts'
import { assertVariableLists, listLimitRule } from './list-limits.ts'
import { assertQueryText } from './query-text.ts'
import { rejecting } from './rejecting.ts'

/**
 * Rejects requests that would take too much time or memory, before anything runs: first by the text of the query, then
 * by its document, then by its cost. Caches parsed and validated documents. Adds `extensions.cost` to results; of a
 * subscription, to the first one.
 *
 * @param costs pays for operations
 */
export function useLimits(costs: CostLimits): Plugin {
  const cache = createDocumentCache()
  return {
    onParse({ params: { source }, setParsedDocument, setParseFn }) {
      const text = typeof source === 'string' ? source : source.body
      const cached = cache.find(text)
      if (cached) return setParsedDocument(cached)
      rejecting(() => assertQueryText(text))
      setParseFn(parse)
      return ({ result }) => {
        if (result instanceof Error || !result) return
        rejecting(() => assertDocument(result))
        cache.add(text, result)
      }
    },
    onValidate({ params: { documentAST }, setResult, setValidationFn }) {
      const cached = cache.findErrors(documentAST)
      if (cached) return setResult([...cached])
      setValidationFn((schema, document, rules) => {
        const errors = validate(schema, document, [...(rules ?? []), listLimitRule], { maxErrors: LIMITS.errors })
        cache.addErrors(document, errors)
        return errors
      })
    },
    async onExecute({ args, setResultAndStopExecution }) {
      const price = await pay(args, costs)
      if ('errors' in price) return setResultAndStopExecution(price)
      return { onExecuteDone: (payload) => addCost(payload, price) }
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const price = await pay(args, costs)
      if ('errors' in price) return setResultAndStopExecution(price)
      return { onSubscribeResult: (payload) => addCost(payload, price) }
    },
  }
}

/** The value of `extensions.cost`. */
interface Price {
  requested: number
  /** What the caller can spend now; the maximum for one operation if the caller is not limited. */
  available: number
  /** What is restored per second. Null if the caller is not limited. */
  restoreRate: number | null
}

/** Spends the cost of an operation. @returns a result with the error of an operation that must not run */
async function pay(args: PaidArgs, costs: CostLimits): Promise<Price | Refusal> {
  const { schema, document, operationName, variableValues, contextValue } = args
  const { caller } = contextValue as SchemaContext
  const operation = getOperationAST(document, operationName)
  const rate = costs.rateOf(caller)
  const most = Math.min(LIMITS.cost, rate?.size ?? LIMITS.cost)
  const price: Price = { requested: 0, available: most, restoreRate: rate?.restoreRate ?? null }
  if (!operation) return price // the executor reports it
  const variables = variableValues ?? {}
  try {
    price.requested = calculateCost({ schema, document, operation, variables })
    assertVariableLists(schema, operation, variables)
    if (price.requested > most) throw costExceeded(price)
    price.available = (await costs.spend(caller, price.requested)) ?? most
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const { available } = error.details
    if (typeof available === 'number') price.available = available
    return { errors: [toRequestError(error)], ...(price.requested > 0 && { extensions: { cost: price } }) }
  }
  return price
}

interface Refusal {
  errors: GraphQLError[]
  extensions?: { cost: Price }
}

type PaidArgs = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues' | 'contextValue'>

function costExceeded({ requested, available }: Price): AshlarError {
  const message = `the operation costs ${requested}, and at most ${available} is available: request smaller pages ("first"), fewer nested lists or fewer fields, or send several requests`
  return new AshlarError('COST_EXCEEDED', message, { details: { requested, available } })
}

type Results = ExecutionResult | AsyncIterable<ExecutionResult>

interface ResultPayload {
  result: Results
  setResult(result: ExecutionResult): void
}

/** Adds the cost to a result. Of a stream of results, to the first one. */
function addCost({ result, setResult }: ResultPayload, cost: Price): { onNext(payload: ResultPayload): void } | undefined {
  let isAdded = false
  const add = ({ result: each, setResult: set }: ResultPayload): void => {
    if (isAdded || Symbol.asyncIterator in each || !('data' in each)) return
    isAdded = true
    set({ ...each, extensions: { ...each.extensions, cost } })
  }
  if (Symbol.asyncIterator in result) return { onNext: add }
  add({ result, setResult })
  return undefined
}
