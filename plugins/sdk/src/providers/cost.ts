/** What one of something costs its user. */
export interface Cost {
  /** Credits (1 credit is 1 US cent), at most six decimals; as text where a number cannot say it exactly: `'0.000125'`. */
  readonly amount: number | string
  /** `usd`: credits for each dollar that the service says it charges. @default 'run' */
  readonly per?: 'run' | 'second' | 'byte' | 'token' | 'item' | 'usd'
}

/** What a run of a block costs. The first entry that fits the inputs counts. */
export interface BlockCost<Input = Record<string, unknown>> extends Cost {
  /** Inputs for which this entry counts; empty, null and missing are the same. @default all */
  readonly when?: Partial<Input>
}
