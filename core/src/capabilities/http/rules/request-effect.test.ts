import { expect, it } from 'vitest'
import { getRequestEffect } from './request-effect.ts'

const KEY = '0193:fetch:1'

it.each([
  ['none', { method: 'GET' }],
  ['none', { method: 'head' }],
  ['none', { method: 'OPTIONS', headers: [] }],
  ['none', { method: 'GET', headers: [['X-HTTP-Method-Override', 'head']] }],
  ['once', { method: 'GET', headers: [['X-HTTP-Method-Override', 'DELETE']] }],
  ['once', { method: 'GET', url: 'https://a.example/?_method=DELETE' }],
  ['once', { method: 'GET', url: '//a.example/x?a=1;_method=PUT#b' }],
  ['none', { method: 'GET', url: 'https://a.example/?method=DELETE#?_method=PUT' }],
  ['none', { method: 'GET', url: 'https://a.example/?_method=head' }],
  ['once', { method: 'POST' }],
  ['once', { method: 'DELETE', headers: [['x-key', KEY]] }],
  ['once', { method: 'POST', headers: [['Idempotency-Key', 'of the block']] }],
  ['once', { method: 'POST', headers: [['Idempotency-Key', `${KEY}0`]] }],
  ['repeatable', { method: 'POST', headers: [['Idempotency-Key', KEY]] }],
  ['repeatable', { method: 'PUT', headers: [['idempotency-key', `${KEY}:second`]] }],
  ['none', 'not a request'],
])('returns %s for %j', (effect, request) => {
  expect(getRequestEffect(request, KEY)).toBe(effect)
})
