import { LIMITS, limitExceeded } from './limits.ts'
import { queryTooLong } from './json-check.ts'

/**
 * The tokens and comments of a query, as the GraphQL specification defines them in its appendix "Grammar". White space,
 * commas and invalid characters are skipped. A text that is not terminated ends with its line or the query.
 */
const TOKENS =
  /"""(?:[^"\\]+|\\"""|\\|"(?!""))*(?:"""|$)|"(?:[^"\\\n\r]+|\\.)*"?|#[^\n\r]*|[_A-Za-z]\w*|-?\d[\w.+-]*|\.{3}|[!$&:=@|[{()}\]]/g

/**
 * Checks the text of a query before it is parsed.
 *
 * @throws {AshlarError} LIMIT_EXCEEDED
 */
export function assertQueryText(text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes > LIMITS.queryBytes) throw queryTooLong(bytes)
  let [tokens, comments, depth] = [0, 0, 0]
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('#')) comments++
    else tokens++
    if (token === '{' || token === '[' || token === '(') depth++
    else if (token === '}' || token === ']' || token === ')') depth--
    if (tokens > LIMITS.tokens) throw tooMany('tokens', 'tokens', 'Pass values as variables, or send several requests.')
    if (comments > LIMITS.comments) throw tooMany('comments', 'comments', 'Remove comments.')
    if (depth > LIMITS.nesting) throw tooMany('nesting', 'levels of brackets', 'Pass deep values as variables.')
  }
}

function tooMany(limit: keyof typeof LIMITS, unit: string, advice: string): Error {
  return limitExceeded(limit, { subject: 'the query', unit, advice })
}
