import { File, isBlob } from '../data/blob.ts'
import { defineInterface, requireArguments, toUsvString } from '../base/webidl.ts'

type FormDataValue = string | File

/** XHR section 4. */
export class FormData {
  #entries: [name: string, value: FormDataValue][] = []

  constructor(form?: unknown) {
    if (form !== undefined) throw new TypeError('form elements are not supported')
  }

  append(name: unknown, value: unknown, ...filename: [filename?: unknown]): void {
    requireArguments(arguments.length, 2)
    this.#entries.push(toEntry(name, value, filename))
  }

  set(name: unknown, value: unknown, ...filename: [filename?: unknown]): void {
    requireArguments(arguments.length, 2)
    const entry = toEntry(name, value, filename)
    const first = this.#entries.findIndex(([each]) => each === entry[0])
    if (first < 0) this.#entries.push(entry)
    else this.#entries = this.#entries.flatMap((each, i) => (i === first ? [entry] : each[0] === entry[0] ? [] : [each]))
  }

  delete(name: unknown): void {
    requireArguments(arguments.length, 1)
    const text = toUsvString(name)
    this.#entries = this.#entries.filter(([each]) => each !== text)
  }

  get(name: unknown): FormDataValue | null {
    requireArguments(arguments.length, 1)
    const text = toUsvString(name)
    return this.#entries.find(([each]) => each === text)?.[1] ?? null
  }

  getAll(name: unknown): FormDataValue[] {
    requireArguments(arguments.length, 1)
    const text = toUsvString(name)
    return this.#entries.filter(([each]) => each === text).map(([, value]) => value)
  }

  has(name: unknown): boolean {
    requireArguments(arguments.length, 1)
    const text = toUsvString(name)
    return this.#entries.some(([each]) => each === text)
  }

  forEach(callback: (value: FormDataValue, name: string, form: FormData) => void, self?: unknown): void {
    if (typeof callback !== 'function') throw new TypeError('expected a function')
    for (const [name, value] of this) callback.call(self, value, name, this)
  }

  /** Iterates by position, so that it includes entries that are added during the iteration. */
  *entries(): Generator<[string, FormDataValue]> {
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = this.#entries[i]
      if (entry) yield [...entry]
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): Generator<FormDataValue> {
    for (const [, value] of this.entries()) yield value
  }

  declare [Symbol.iterator]: () => Generator<[string, FormDataValue]>

  static is(value: unknown): value is FormData {
    return typeof value === 'object' && value !== null && #entries in value
  }
}

export const { is: isFormData } = FormData
Reflect.deleteProperty(FormData, 'is')
Object.defineProperty(FormData.prototype, Symbol.iterator, {
  value: FormData.prototype.entries,
  writable: true,
  configurable: true,
})
defineInterface(FormData, 'FormData')

/** "Create an entry" (HTML section 4.10.22.4): a blob becomes a file. */
function toEntry(name: unknown, value: unknown, filename: [filename?: unknown]): [string, FormDataValue] {
  const text = toUsvString(name)
  if (!isBlob(value)) {
    if (filename.length > 0 && filename[0] !== undefined) throw new TypeError('only a Blob can have a file name')
    return [text, toUsvString(value)]
  }
  const given = filename[0] === undefined ? undefined : toUsvString(filename[0])
  if (value instanceof File && given === undefined) return [text, value]
  const lastModified = value instanceof File ? { lastModified: value.lastModified } : {}
  return [text, new File([value], given ?? 'blob', { type: value.type, ...lastModified })]
}
