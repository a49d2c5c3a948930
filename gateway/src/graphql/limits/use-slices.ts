import type { ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { isLarge, stringifyInSlices } from './json-slices.ts'

/** The result with the function that yoga uses to convert it to JSON. */
type WithStringify = ExecutionResult & { stringify?(result: ExecutionResult): string }

/** Converts large results to JSON in slices, so that they do not block the event loop. */
export function useSlices(): Plugin {
  return {
    async onResultProcess({ result, setResult }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || !isLarge(result.data)) return
      const data = await stringifyInSlices(result.data)
      const sliced: WithStringify = { ...result, stringify: (given) => withData(given, data) }
      setResult(sliced)
    },
  }
}

function withData({ data: _data, ...rest }: WithStringify, data: string): string {
  const { stringify: _stringify, ...others } = rest
  const text = JSON.stringify(others)
  return text === '{}' ? `{"data":${data}}` : `{"data":${data},${text.slice(1)}`
}
