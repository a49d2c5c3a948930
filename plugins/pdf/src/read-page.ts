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
  // PDF documents write some letters as one sign, such as the ligature "ﬁ".
  return text
    .normalize('NFKC')
    .replaceAll(/[^\S\n]+$/gm, '')
    .trim()
}
