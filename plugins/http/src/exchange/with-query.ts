type QueryValue = string | number | bigint | boolean

/** Appends parameters to a URL, after existing parameters and before the fragment. */
export function withQuery(url: string, query: Record<string, QueryValue | QueryValue[]>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(String(each))}`),
  )
  if (pairs.length === 0) return url
  const [address = '', ...fragment] = url.split('#')
  const separator = address.includes('?') ? '&' : '?'
  return [`${address}${separator}${pairs.join('&')}`, ...fragment].join('#')
}
