import { COST_UNITS } from '@ashlar/core'
import { builder } from './builder.ts'

export const CostUnit = builder.enumType('CostUnit', {
  description: 'The unit of a cost. `USD`: each US dollar that the service reports as charged.',
  values: Object.fromEntries(COST_UNITS.map((unit) => [unit.toUpperCase(), { value: unit }])),
})
