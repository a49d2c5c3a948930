import { expect, it } from 'vitest'
import { isPublicAddress } from './address-guard.ts'

// tests/hostile/ssrf.test.ts tests the addresses that are not public.
it.each(['1.1.1.1', '8.8.8.8', '11.0.0.1', '100.63.255.255', '100.128.0.1', '172.15.255.255', '172.32.0.1', '223.255.255.254'])(
  'considers %s public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

it.each(['2606:4700::1111', '2001:4860:4860::8888', '2a00:1450::1', '2620:fe::fe'])('considers %s public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})
