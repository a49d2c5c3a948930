import { Lru } from '@ashlar/core'
import type { DocumentNode, GraphQLError } from 'graphql'
import { DOCUMENT_CACHE_BYTES, LIMITS } from './limits.ts'

/** A parsed query and, once it is validated, its errors. */
interface CachedDocument {
  document: DocumentNode
  errors?: readonly GraphQLError[]
}

/** The parsed queries of all transports. */
export interface DocumentCache {
  find(text: string): DocumentNode | undefined
  add(text: string, document: DocumentNode): void
  findErrors(document: DocumentNode): readonly GraphQLError[] | undefined
  addErrors(document: DocumentNode, errors: readonly GraphQLError[]): void
}

/** The memory of a token with its node and location. */
const BYTES_PER_TOKEN = 500

/** Caches documents within a limit of their memory, which is estimated from their texts and tokens. */
export function createDocumentCache(maxBytes = DOCUMENT_CACHE_BYTES): DocumentCache {
  const byText = new Lru<string, CachedDocument>(maxBytes, estimateBytes)
  const byDocument = new WeakMap<DocumentNode, CachedDocument>()
  return {
    find: (text) => byText.get(text)?.document,
    add(text, document) {
      const entry = { document }
      byText.set(text, entry)
      byDocument.set(document, entry)
    },
    findErrors: (document) => byDocument.get(document)?.errors,
    addErrors(document, errors) {
      const entry = byDocument.get(document)
      if (entry) entry.errors = errors
    },
  }
}

function estimateBytes(text: string, { document }: CachedDocument): number {
  return text.length * 2 + (document.tokenCount ?? LIMITS.tokens) * BYTES_PER_TOKEN
}
