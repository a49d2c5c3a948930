interface Page {
  getTextContent(): Promise<{ items: object[] }>
  cleanup(): unknown
}

/** Returns the text of a page, line by line. */
export async function readPage(page: Page): Promise<string> {
  const { items } = await page.getTextContent()
  const text = items
    .map((item) => ('str' in item ? String(item.str) + ('hasEOL' in item && item.hasEOL === true ? '\n' : '') : ''))
    .join('')
  page.cleanup()
  return separateLigatures(text)
    .normalize('NFC')
    .replaceAll(/[^\S\n]+$/gm, '')
    .trim()
}

/**
 * PDF documents write some letters as one sign, such as "ﬁ", and the letters of Arabic and Hebrew as forms. Other signs
 * keep their meaning: "m²" is not "m2".
 */
function separateLigatures(text: string): string {
  return text.replaceAll(/[\ufb00-\ufdff\ufe70-\ufefc]+/g, (signs) => signs.normalize('NFKC'))
}
