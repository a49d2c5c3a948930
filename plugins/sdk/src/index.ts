export { defineBlock } from './block.ts'
export { decodeText } from './decode-text.ts'
export { anyHost, fromInput } from './http-grant.ts'
export { apiKey, defineProvider, hostScoped, oauth2, userPassword } from './providers/index.ts'
export { definePlugin } from './plugin.ts'
export { SDK_VERSION } from './version.ts'
export { findDifference } from './block-test.ts'
export { findJsonFault, stringifyJson } from './json/stringify-json.ts'
export { orderedObject } from './json/key-order.ts'
export { parseJson, parseNumber, reviveNumber } from './json/parse-json.ts'
export { isEqual } from './json/is-equal.ts'
export { canonicalJson } from './json/canonical-json.ts'
export { compareValues } from './json/compare-values.ts'
export { compareNumbers, toJsonNumber } from './json/exact-number.ts'
export { addNumbers, divideNumbers, multiplyNumbers, raiseNumber, subtractNumbers, sumNumbers } from './json/arithmetic.ts'
export type { JsonNumber } from './json/exact-number.ts'
export type { Block, BlockDefinition, BlockKind, CrashPolicy, TypedBlock } from './block.ts'
export type { Capabilities, CredentialGrant, HttpGrant } from './capabilities.ts'
export type { BlockContext, LogLevel } from './context.ts'
export type { Storage, StoragePage, StorageScope } from './storage.ts'
export type { ToolPin, Yielded } from './yielded.ts'
export type { DecodedText, DecodeTextOptions } from './decode-text.ts'
export type { FromInputOptions } from './http-grant.ts'
export type { FileEntry, Files, FilesGrant } from './files.ts'
export type { BlockTest, BlockTestResult, Expected } from './block-test.ts'
export type { Fetch, FetchInit } from './fetch.ts'
export type { FakeResponse, Fakes, SentRequest } from './fakes.ts'
export type { Plugin } from './plugin.ts'
export type {
  BlockCost,
  Cost,
  Credential,
  CredentialType,
  OAuth2,
  OAuth2Definition,
  Provider,
  ProviderAuth,
  Secret,
  Webhook,
  WebhookEvent,
  WebhookSignature,
} from './providers/index.ts'
