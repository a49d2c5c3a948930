import { COST_UNITS } from '@ashlar/core'
import { builder } from './builder.ts'

const DESCRIPTIONS: Record<(typeof COST_UNITS)[number], string> = {
  run: 'Each run of the block.',
  second: 'Each second of the run.',
  item: 'Each item that the block reports.',
  byte: 'Each byte that the block reports.',
  token: 'Each token of a language model that the service reports.',
  usd: 'Each US dollar that the service reports as charged.',
}

export const CostUnit = builder.enumType('CostUnit', {
  description: 'The unit of a cost.',
  values: Object.fromEntries(COST_UNITS.map((unit) => [unit.toUpperCase(), { value: unit, description: DESCRIPTIONS[unit] }])),
})
