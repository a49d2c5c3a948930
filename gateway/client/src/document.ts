/**
 * A GraphQL document with the types of its result and its variables: a string or a syntax tree that graphql-codegen,
 * gql.tada or a similar tool has generated. The shape is that of `TypedDocumentNode` and `TypedDocumentString`.
 */
export interface TypedDocument<Result, Variables> {
  /** Never set. It holds the types. */
  readonly __apiType?: (variables: Variables) => Result
  /** `Document` for a syntax tree. */
  readonly kind?: string
}

/** A GraphQL document. The result of a plain string is `unknown` unless the caller states its type. */
export type Document<Result, Variables> = string | TypedDocument<Result, Variables>

/** Optional if the document has no required variable. */
export type VariablesOf<Variables> = Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables]

/** Converts a syntax tree to text, like `print` of the package graphql. */
export type Print = (document: never) => string

/** @throws {TypeError} when the document is a syntax tree and there is no `print` */
export function toText(document: string | object, print: Print | undefined): string {
  if (typeof document === 'string' || document instanceof String) return String(document)
  if (print) return print(document as never)
  throw new TypeError(
    'the document is a syntax tree: pass `print` of the package graphql to createClient, or generate documents as strings',
  )
}
