/** One value of a header such as `Accept` or `Accept-Encoding`. */
interface Preference {
  value: string
  /** 0 to 1. 0 excludes the value. */
  quality: number
  /** The other parameters, as in the header but in lower case: `charset=utf-8`. */
  parameters: string[]
}

/** Parses the values of a header with their qualities. Source: RFC 9110, 12.4.2 */
function parsePreferences(header: string): Preference[] {
  return header
    .toLowerCase()
    .split(',')
    .map((item) => {
      const [value = '', ...parameters] = item.split(';').map((part) => part.trim())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      const quality = weight === undefined ? 1 : Number(weight.slice(2)) || 0
      return { value, quality, parameters: parameters.filter((parameter) => parameter !== weight) }
    })
    .filter(({ value }) => value !== '')
}

export type Encoding = 'br' | 'gzip'

/** Chooses how to compress an answer; `br` if the client prefers none. @returns undefined to send it as it is */
export function chooseEncoding(acceptEncoding: string | null): Encoding | undefined {
  if (acceptEncoding === null || acceptEncoding === '') return undefined
  const preferences = parsePreferences(acceptEncoding)
  const quality = (name: string): number =>
    (preferences.find(({ value }) => value === name) ?? preferences.find(({ value }) => value === '*'))?.quality ?? 0
  const [br, gzip] = [quality('br'), quality('gzip')]
  if (br === 0 && gzip === 0) return undefined
  return br >= gzip ? 'br' : 'gzip'
}

/** Whether a client that sends this `Accept` header takes a media type in UTF-8. An absent header takes any. */
export function acceptsType(accept: string | null, type: string): boolean {
  if (accept === null || accept.trim() === '') return true
  const range = `${type.split('/', 1)[0]}/*`
  return parsePreferences(accept).some(
    ({ value, quality, parameters }) =>
      quality > 0 && (value === type || value === range || value === '*/*') && parameters.every(isUtf8),
  )
}

function isUtf8(parameter: string): boolean {
  return !parameter.startsWith('charset=') || /^charset="?utf-?8"?$/.test(parameter)
}
