/** What one of something costs. */
export interface Cost {
  /** Credits (1 credit is 1 US cent), exact: a text like `0.000125` for more digits than a number should carry; up to 6 decimals. */
  readonly amount: number | string
  /** `usd`: credits for each dollar that the service says it charges. */
  readonly per: 'run' | 'second' | 'byte' | 'token' | 'item' | 'usd'
}
