import { config } from 'zod'

/**
 * Installs an error message for large integers that a pin does not accept. Messages of the plugin's author take
 * precedence.
 */
export function explainLargeIntegers(): void {
  config({
    customError: (issue) => {
      if (issue.code !== 'invalid_type' || typeof issue.input !== 'bigint') return undefined
      return `expected ${issue.expected}, got ${issue.input}, which a number cannot represent exactly: pass it as text, or use a block that accepts integers of any size`
    },
  })
}
