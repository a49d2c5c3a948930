/** A package, the imports of its use, an expression, and the value that the expression has or resolves with. */
export type PackageCase = readonly [name: string, imports: string, use: string, value: unknown]
