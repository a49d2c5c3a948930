import { expect, it } from 'vitest'
import { parseToolPin, toToolPin } from './tool-pin.ts'

it('parses a tool pin at its first separator', () => {
  expect(parseToolPin('tools_^_a_~_x_~_y')).toEqual({ node: 'a', pin: 'x_~_y' })
  expect(parseToolPin('tools_^__~__~_x')).toEqual({ node: '_~_', pin: 'x' })
})

it.each(['tools', 'tools_^_', 'tools_^_a', 'tools_^__~_x', 'tools_^_a_~_', 'out'])('does not parse %s', (pin) => {
  expect(parseToolPin(pin)).toBeUndefined()
})

it('formats what it parses', () => {
  expect(parseToolPin(toToolPin({ node: 'a', pin: 'x_$_0' }))).toEqual({ node: 'a', pin: 'x_$_0' })
})
