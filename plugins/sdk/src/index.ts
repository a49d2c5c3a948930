export { defineBlock } from './block.ts'
export { decodeText } from './decode-text.ts'
export { anyHost, fromInput } from './http-grant.ts'
export { oauth2 } from './oauth2.ts'
export { apiKey, defineProvider, hostScoped, userPassword } from './provider.ts'
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
export type {
  Block,
  BlockContext,
  BlockDefinition,
  BlockKind,
  Capabilities,
  CrashPolicy,
  CredentialGrant,
  HttpGrant,
  LogLevel,
  Storage,
  StoragePage,
  StorageScope,
  ToolPin,
  TypedBlock,
  Yielded,
} from './block.ts'
export type { DecodedText, DecodeTextOptions } from './decode-text.ts'
export type { FromInputOptions } from './http-grant.ts'
export type { FileEntry, Files, FilesGrant } from './files.ts'
export type { BlockTest, BlockTestResult, Expected } from './block-test.ts'
export type { Fetch, FetchInit } from './fetch.ts'
export type { Credential, CredentialType, Secret } from './credential.ts'
export type { FakeResponse, Fakes, SentRequest } from './fakes.ts'
export type { BlockCost, Cost } from './cost.ts'
export type { OAuth2, OAuth2Definition } from './oauth2.ts'
export type { Webhook, WebhookEvent, WebhookSignature } from './webhook.ts'
export type { Provider, ProviderAuth } from './provider.ts'
export type { Plugin } from './plugin.ts'
