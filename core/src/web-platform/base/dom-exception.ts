import { defineConstants, defineInterface, toDomString } from './webidl.ts'

/**
 * Names in the order of their codes, from 1 (Web IDL section 2.8.1). A code that is no longer used has a constant but
 * no name.
 */
const LEGACY: readonly (readonly [constant: string, name?: string])[] = [
  ['INDEX_SIZE_ERR', 'IndexSizeError'],
  ['DOMSTRING_SIZE_ERR'],
  ['HIERARCHY_REQUEST_ERR', 'HierarchyRequestError'],
  ['WRONG_DOCUMENT_ERR', 'WrongDocumentError'],
  ['INVALID_CHARACTER_ERR', 'InvalidCharacterError'],
  ['NO_DATA_ALLOWED_ERR'],
  ['NO_MODIFICATION_ALLOWED_ERR', 'NoModificationAllowedError'],
  ['NOT_FOUND_ERR', 'NotFoundError'],
  ['NOT_SUPPORTED_ERR', 'NotSupportedError'],
  ['INUSE_ATTRIBUTE_ERR', 'InUseAttributeError'],
  ['INVALID_STATE_ERR', 'InvalidStateError'],
  ['SYNTAX_ERR', 'SyntaxError'],
  ['INVALID_MODIFICATION_ERR', 'InvalidModificationError'],
  ['NAMESPACE_ERR', 'NamespaceError'],
  ['INVALID_ACCESS_ERR', 'InvalidAccessError'],
  ['VALIDATION_ERR'],
  ['TYPE_MISMATCH_ERR', 'TypeMismatchError'],
  ['SECURITY_ERR', 'SecurityError'],
  ['NETWORK_ERR', 'NetworkError'],
  ['ABORT_ERR', 'AbortError'],
  ['URL_MISMATCH_ERR', 'URLMismatchError'],
  ['QUOTA_EXCEEDED_ERR', 'QuotaExceededError'],
  ['TIMEOUT_ERR', 'TimeoutError'],
  ['INVALID_NODE_TYPE_ERR', 'InvalidNodeTypeError'],
  ['DATA_CLONE_ERR', 'DataCloneError'],
]

/** Web IDL section 4.3. The libraries for it are no longer maintained, because every browser has it. */
export class DOMException extends Error {
  readonly #message: string
  readonly #name: string

  constructor(message: unknown = '', name: unknown = 'Error') {
    super(toDomString(message))
    Reflect.deleteProperty(this, 'message')
    this.#message = toDomString(message)
    this.#name = toDomString(name)
    Error.captureStackTrace(this, new.target)
  }

  override get message(): string {
    return this.#message
  }

  override get name(): string {
    return this.#name
  }

  get code(): number {
    return LEGACY.findIndex(([, name]) => name === this.#name) + 1
  }
}

defineInterface(DOMException, 'DOMException', (error) => {
  const copy = new DOMException(error.message, error.name)
  Object.defineProperty(copy, 'stack', { value: error.stack, writable: true, configurable: true })
  return copy
})
defineConstants(DOMException, Object.fromEntries(LEGACY.map(([constant], i) => [constant, i + 1])))
