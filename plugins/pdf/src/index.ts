import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
import { extractText, getDocumentProxy } from 'unpdf'
const q = defineBlock({
  id: 'e1c3bf7e-4d3b-4a6a-b5f0-0d7b1e6e0b02', name: 'query', description: 'x.', category: 'DATA',
  input: z.object({ sql: z.string() }), output: z.object({ rows: z.unknown() }),
  tests: [{ input: { sql: 'JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFnZXMgMiAwIFI+PgplbmRvYmoKMiAwIG9iago8PC9UeXBlL1BhZ2VzL0tpZHNbMyAwIFJdL0NvdW50IDE+PgplbmRvYmoKMyAwIG9iago8PC9UeXBlL1BhZ2UvUGFyZW50IDIgMCBSL01lZGlhQm94WzAgMCAyMDAgMjAwXS9Db250ZW50cyA0IDAgUi9SZXNvdXJjZXM8PC9Gb250PDwvRjEgNSAwIFI+Pj4+Pj4KZW5kb2JqCjQgMCBvYmoKPDwvTGVuZ3RoIDQ0Pj4Kc3RyZWFtCkJUIC9GMSAyNCBUZiAxMCAxMDAgVGQgKEhlbGxvIFBERikgVGogRVQKZW5kc3RyZWFtCmVuZG9iago1IDAgb2JqCjw8L1R5cGUvRm9udC9TdWJ0eXBlL1R5cGUxL0Jhc2VGb250L0hlbHZldGljYT4+CmVuZG9iagp0cmFpbGVyCjw8L1Jvb3QgMSAwIFI+Pgo=' }, output: [['rows', 1]] }],
  async *run({ sql }) {
    const pdf = await getDocumentProxy(Uint8Array.fromBase64(sql))
    yield ['rows', await extractText(pdf)]
  },
})
export default definePlugin({ name: 'pdf', memoryMb: 256, blocks: [q] })
