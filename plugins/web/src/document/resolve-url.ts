/** Returns an absolute address, or the address itself if there is no base or it cannot be resolved. */
export function resolveUrl(url: string | null | undefined, base: string): string {
  const text = (url ?? '').trim()
  if (text === '' || base === '') return text
  try {
    return new URL(text, base).href
  } catch {
    return text
  }
}
