import { config } from 'zod'

/** Explains why a large integer does not fit a pin, and what to do. Messages of the plugin's author have precedence. */
export function explainLargeIntegers(): void {
  config({
    customError: (issue) => {
      if (issue.code !== 'invalid_type' || typeof issue.input !== 'bigint') return undefined
      return `expected ${issue.expected}, got ${issue.input}, whose digits a number cannot hold: give it as text, or use a block that takes integers of any size`
    },
  })
}
