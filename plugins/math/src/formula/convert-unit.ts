import { defineBlock } from '@ashlar/sdk'
import { convert, getMeasureKind, type Unit } from 'convert'
import { z } from 'zod'

export const convertUnit = defineBlock({
  id: '4ea2396a-5946-4c4f-b854-56ef6f979bcc',
  name: 'convert-unit',
  description: 'Convert a measure to another unit: kilometres to miles, °C to °F, kB to MiB and so on.',
  category: 'MATH',
  icon: 'ruler',
  synonyms: [
    'unit converter',
    'km to miles',
    'celsius to fahrenheit',
    'kg to pounds',
    'inches to cm',
    'gallons',
    'bytes to mb',
    'units',
  ],
  input: z.object({
    value: z.number().describe('The number.'),
    from: z
      .string()
      .min(1)
      .meta({
        description: 'Its unit: of length, area, volume, mass, time, temperature, angle, data, energy, force, power or pressure.',
        examples: ['km', 'C', 'lb'],
      }),
    to: z
      .string()
      .min(1)
      .meta({ description: 'The unit to convert to.', examples: ['miles', 'F', 'kg'] }),
  }),
  output: z.object({ result: z.number().describe('The number in the other unit.') }),
  tests: [
    {
      input: { value: 5, from: 'km', to: 'miles' },
      output: [['result', (value: number) => Math.abs(value - 3.106855961) < 1e-8]],
    },
    { input: { value: 20, from: 'C', to: 'F' }, output: [['result', 68]] },
    { input: { value: 1, from: 'GiB', to: 'MiB' }, output: [['result', 1024]] },
    { input: { value: 90, from: 'minutes', to: 'hours' }, output: [['result', 1.5]] },
    { input: { value: 1, from: 'km', to: 'kg' }, output: [['error', 'to must be a unit of the same kind as "km", got "kg"']] },
    {
      input: { value: 1, from: 'parsnip', to: 'kg' },
      output: [['error', 'from must be a unit such as "km", "lb", "C" or "MB", got "parsnip"']],
    },
  ],
  *run({ value, from, to }) {
    const [source, target] = [parseUnit('from', from), parseUnit('to', to)]
    if (getMeasureKind(source) !== getMeasureKind(target))
      throw new Error(`to must be a unit of the same kind as ${JSON.stringify(from)}, got ${JSON.stringify(to)}`)
    const convertTo = convert(value, source).to as (unit: Unit) => number
    // Removes the digits that binary fractions add: 67.99999999999999 is 68.
    yield ['result', Number(convertTo(target).toPrecision(12))]
  },
})

function parseUnit(pin: string, text: string): Unit {
  const candidates = [text, text.trim(), text.trim().replace(/^°/, ''), text.trim().toLowerCase()] as Unit[]
  const unit = candidates.find((each) => getMeasureKind(each) !== undefined)
  if (unit === undefined)
    throw new Error(`${pin} must be a unit such as "km", "lb", "C" or "MB", got ${JSON.stringify(text.slice(0, 50))}`)
  return unit
}
