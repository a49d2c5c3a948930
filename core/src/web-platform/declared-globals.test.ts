import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MISSING_GLOBALS } from '../sandbox/calls/index.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

// Compares the declarations of the SDK for authors (`@ashlar/sdk/sandbox`) with the globals of a guest.

const FILE = new URL('../../../plugins/sdk/sandbox.d.ts', import.meta.url)
const ASKED_AT_HOST = /^declare var (?<name>\w+): \{ 'not in a sandbox': '(?<remedy>.*)' \}$/gm

/** Global names of the language, which the TypeScript libraries declare. */
const LANGUAGE =
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error
  AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl ArrayBuffer Atomics
  Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array Uint8ClampedArray
  BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry decodeURI
  decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN Iterator SharedArrayBuffer Temporal
  SuppressedError DisposableStack AsyncDisposableStack`.split(/\s+/)
/** Names of zod, which the host provides. */
const NOT_FOR_AUTHORS = ['__zod_globalConfig', '__zod_globalRegistry']
/** Legacy names of the standards. */
const LEFT_OUT = /^(\w+\.)?([A-Z_]+_ERR|constructor|length|name|prototype)$|^WritableStreamDefaultController\.abortReason$/

interface Found {
  names: string[]
  members: string[]
}

let guest: GuestEvaluator
let declared: string
let found: Found
beforeAll(async () => {
  guest = await createGuestEvaluator()
  declared = await readFile(FILE, 'utf8')
  found = (await guest.evaluate(`
    const names = Object.getOwnPropertyNames(globalThis)
    const classes = names.filter((name) => /^[A-Z]/.test(name) && typeof globalThis[name] === 'function')
    const keys = (object) => Reflect.ownKeys(object ?? {}).filter((key) => typeof key === 'string')
    return { names, members: classes.flatMap((name) => [
      ...keys(globalThis[name]).map((key) => name + '.' + key),
      ...keys(globalThis[name].prototype).map((key) => name + '.' + key),
    ]).concat(
      keys(new TextDecoder()).map((key) => 'TextDecoder.' + key),
      keys(new TextEncoder()).map((key) => 'TextEncoder.' + key),
    ) }`)) as Found
})
afterAll(() => guest.close())

function declaredNames(): string[] {
  const present = declared.replaceAll(ASKED_AT_HOST, '')
  return [...present.matchAll(/^declare (?:var|class|function|namespace) (\w+)/gm)].map(([, name = '']) => name)
}

/** The declared members by class. */
function declaredMembers(): Map<string, Set<string>> {
  const classes = [...declared.matchAll(/^declare class (\w+)(?:<.*?>)?(?: extends (\w+))?[^{]*\{\n(.*?)^\}/gms)]
  return new Map(
    classes.map(([, name = '', , body = '']) => {
      const lines = body.matchAll(/^ {2}(?:static |readonly |get |private )*(\w+)\??[(<:]/gm)
      return [name, new Set([...lines].map(([, member = '']) => member).filter((member) => member !== 'constructor'))]
    }),
  )
}

it('the declared names are the global names of a guest', () => {
  const ofGuest = found.names.filter((name) => ![...LANGUAGE, ...NOT_FOR_AUTHORS].includes(name))
  expect(declaredNames().toSorted()).toEqual(ofGuest.toSorted())
})

it('a guest has every global name of the language', () => {
  expect(LANGUAGE.filter((name) => !found.names.includes(name))).toEqual([])
})

it('the declared members of a class are its members in a guest', () => {
  const members = declaredMembers()
  const expected = [...members].flatMap(([name, own]) => [...own].map((member) => `${name}.${member}`))
  const ofGuest = found.members.filter((member) => members.has(member.split('.')[0] ?? '') && !LEFT_OUT.test(member))
  expect(expected.filter((member) => !LEFT_OUT.test(member)).toSorted()).toEqual([...new Set(ofGuest)].toSorted())
})

it('names that the sandbox does not provide are declared with their replacement', () => {
  const missing = Object.fromEntries([...declared.matchAll(ASKED_AT_HOST)].map(({ groups }) => [groups?.name, groups?.remedy]))
  expect(missing).toEqual(MISSING_GLOBALS)
})
