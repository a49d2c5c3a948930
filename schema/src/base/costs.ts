import { COST_UNITS } from '@ashlar/core'
import { builder } from './builder.ts'

export const CostUnit = builder.enumType('CostUnit', {
  description: '`USD`: for each dollar that the service says it charges.',
  values: Object.fromEntries(COST_UNITS.map((unit) => [unit.toUpperCase(), { value: unit }])),
})
