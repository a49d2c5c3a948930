/** The price of one unit. */
export interface Cost {
  /** Credits (1 credit is 1 US cent) with at most six decimals. Use text if a number is not exact: `'0.000125'`. */
  readonly amount: number | string
  /** The unit. `usd`: one dollar that the service reports as its charge. @default 'run' */
  readonly per?: 'run' | 'second' | 'byte' | 'token' | 'item' | 'usd'
}

/** The price of a run of a block. The first entry that matches the inputs applies. */
export interface BlockCost<Input = Record<string, unknown>> extends Cost {
  /** The inputs that this entry applies to. An empty value, null and a missing value are equal. @default all */
  readonly when?: Partial<Input>
}
