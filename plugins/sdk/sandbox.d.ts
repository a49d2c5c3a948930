// oxlint-disable max-lines, no-var -- a tsconfig.json can name only one file; only a `var` is a property of globalThis
// oxlint-disable no-explicit-any -- as in the library "dom": chunks of streams, reasons and JSON can have any type
/*
 * The globals of a sandbox, in addition to those of the language: see docs/web-platform.md. A package includes them in
 * its tsconfig.json with `"types": ["@ashlar/sdk/sandbox"]` and omits the library "dom", so that any other global is a
 * type error.
 */

// Timers and the console

declare function setTimeout<Args extends unknown[]>(callback: (...args: Args) => void, delayMs?: number, ...args: Args): number
declare function clearTimeout(timer: number | undefined): void
declare function setInterval<Args extends unknown[]>(callback: (...args: Args) => void, delayMs?: number, ...args: Args): number
declare function clearInterval(timer: number | undefined): void
declare function queueMicrotask(callback: () => void): void
declare function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T

/** Writes lines to the log of the call. */
interface Console {
  debug(...data: unknown[]): void
  log(...data: unknown[]): void
  info(...data: unknown[]): void
  warn(...data: unknown[]): void
  error(...data: unknown[]): void
  trace(...data: unknown[]): void
  assert(condition?: boolean, ...data: unknown[]): void
  count(label?: string): void
  countReset(label?: string): void
  dir(item?: unknown): void
  dirxml(...data: unknown[]): void
  table(data?: unknown, properties?: readonly string[]): void
  group(...data: unknown[]): void
  groupCollapsed(...data: unknown[]): void
  groupEnd(): void
  time(label?: string): void
  timeLog(label?: string, ...data: unknown[]): void
  timeEnd(label?: string): void
}
declare var console: Console

declare class Performance {
  private constructor()
  readonly timeOrigin: number
  now(): number
  toJSON(): { timeOrigin: number }
}
declare var performance: Performance

// Text and bytes

type BufferSource = ArrayBufferView | ArrayBufferLike

declare function atob(base64: string): string
declare function btoa(binary: string): string

declare class TextEncoder {
  get encoding(): string
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number }
}

interface TextDecoderOptions {
  fatal?: boolean
  ignoreBOM?: boolean
}
declare class TextDecoder {
  constructor(label?: string, options?: TextDecoderOptions)
  get encoding(): string
  get fatal(): boolean
  get ignoreBOM(): boolean
  decode(input?: BufferSource, options?: { stream?: boolean }): string
}
declare class TextEncoderStream {
  readonly encoding: string
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly writable: WritableStream<string>
}
declare class TextDecoderStream {
  constructor(label?: string, options?: TextDecoderOptions)
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  readonly readable: ReadableStream<string>
  readonly writable: WritableStream<BufferSource>
}

type CompressionFormat = 'gzip' | 'deflate' | 'deflate-raw'
declare class CompressionStream {
  constructor(format: CompressionFormat)
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly writable: WritableStream<BufferSource>
}
declare class DecompressionStream {
  constructor(format: CompressionFormat)
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly writable: WritableStream<BufferSource>
}

type BlobPart = BufferSource | Blob | string
interface BlobPropertyBag {
  type?: string
  endings?: 'transparent' | 'native'
}
declare class Blob {
  constructor(parts?: Iterable<BlobPart>, options?: BlobPropertyBag)
  readonly size: number
  readonly type: string
  slice(start?: number, end?: number, contentType?: string): Blob
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}
declare class File extends Blob {
  constructor(parts: Iterable<BlobPart>, name: string, options?: BlobPropertyBag & { lastModified?: number })
  readonly name: string
  readonly lastModified: number
}

// Addresses

declare class URL {
  constructor(url: string | URL, base?: string | URL)
  static parse(url: string | URL, base?: string | URL): URL | null
  static canParse(url: string | URL, base?: string | URL): boolean
  href: string
  readonly origin: string
  protocol: string
  username: string
  password: string
  host: string
  hostname: string
  port: string
  pathname: string
  search: string
  readonly searchParams: URLSearchParams
  hash: string
  toString(): string
  toJSON(): string
}
declare class URLSearchParams {
  constructor(init?: Iterable<readonly [string, string]> | Record<string, string> | string)
  readonly size: number
  append(name: string, value: string): void
  delete(name: string, value?: string): void
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string, value?: string): boolean
  set(name: string, value: string): void
  sort(): void
  toString(): string
  forEach(callback: (value: string, key: string, parent: URLSearchParams) => void, self?: unknown): void
  keys(): IteratorObject<string>
  values(): IteratorObject<string>
  entries(): IteratorObject<[string, string]>
  [Symbol.iterator](): IteratorObject<[string, string]>
}

type URLPatternInput = string | URLPatternInit
interface URLPatternInit {
  protocol?: string
  username?: string
  password?: string
  hostname?: string
  port?: string
  pathname?: string
  search?: string
  hash?: string
  baseURL?: string
}
interface URLPatternComponentResult {
  input: string
  groups: Record<string, string | undefined>
}
interface URLPatternResult extends Record<Exclude<keyof URLPatternInit, 'baseURL'>, URLPatternComponentResult> {
  inputs: URLPatternInput[]
}
declare class URLPattern {
  constructor(input: URLPatternInput, base: string | URL, options?: { ignoreCase?: boolean })
  constructor(input?: URLPatternInput, options?: { ignoreCase?: boolean })
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
  static compareComponent(component: Exclude<keyof URLPatternInit, 'baseURL'>, left: URLPattern, right: URLPattern): -1 | 0 | 1
  readonly hasRegExpGroups: boolean
  test(input?: URLPatternInput, base?: string | URL): boolean
  exec(input?: URLPatternInput, base?: string | URL): URLPatternResult | null
}

// Events

type EventListenerOrEventListenerObject = ((event: Event) => void) | { handleEvent(event: Event): void }
interface EventListenerOptions {
  capture?: boolean
}
interface AddEventListenerOptions extends EventListenerOptions {
  once?: boolean
  passive?: boolean
  signal?: AbortSignal
}
interface EventInit {
  bubbles?: boolean
  cancelable?: boolean
  composed?: boolean
}
declare class Event {
  constructor(type: string, init?: EventInit)
  static readonly NONE: 0
  static readonly CAPTURING_PHASE: 1
  static readonly AT_TARGET: 2
  static readonly BUBBLING_PHASE: 3
  readonly NONE: 0
  readonly CAPTURING_PHASE: 1
  readonly AT_TARGET: 2
  readonly BUBBLING_PHASE: 3
  readonly type: string
  readonly target: EventTarget | null
  readonly srcElement: EventTarget | null
  readonly currentTarget: EventTarget | null
  readonly eventPhase: number
  readonly bubbles: boolean
  readonly cancelable: boolean
  readonly composed: boolean
  readonly isTrusted: boolean
  readonly timeStamp: number
  readonly defaultPrevented: boolean
  returnValue: boolean
  cancelBubble: boolean
  composedPath(): EventTarget[]
  stopPropagation(): void
  stopImmediatePropagation(): void
  preventDefault(): void
  /** @deprecated pass the type to the constructor */
  initEvent(type: string, bubbles?: boolean, cancelable?: boolean): void
}
declare class CustomEvent<T = unknown> extends Event {
  constructor(type: string, init?: EventInit & { detail?: T })
  readonly detail: T
  /** @deprecated pass the detail to the constructor */
  initCustomEvent(type: string, bubbles?: boolean, cancelable?: boolean, detail?: T): void
}
declare class EventTarget {
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void
  dispatchEvent(event: Event): boolean
}
declare class AbortSignal extends EventTarget {
  private constructor()
  static abort(reason?: unknown): AbortSignal
  static timeout(delayMs: number): AbortSignal
  static any(signals: Iterable<AbortSignal>): AbortSignal
  readonly aborted: boolean
  readonly reason: any
  onabort: ((this: AbortSignal, event: Event) => void) | null
  throwIfAborted(): void
}
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
/** Legacy constants such as `ABORT_ERR` are not declared: compare `name`. */
declare class DOMException extends Error {
  constructor(message?: string, name?: string)
  readonly name: string
  readonly message: string
  /** @deprecated compare `name` */
  readonly code: number
}

// Requests and responses, for `context.fetch`

type HeadersInit = Iterable<readonly [string, string]> | Record<string, string> | Headers
declare class Headers {
  constructor(init?: HeadersInit)
  append(name: string, value: string): void
  delete(name: string): void
  get(name: string): string | null
  getSetCookie(): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  forEach(callback: (value: string, key: string, parent: Headers) => void, self?: unknown): void
  keys(): IteratorObject<string>
  values(): IteratorObject<string>
  entries(): IteratorObject<[string, string]>
  [Symbol.iterator](): IteratorObject<[string, string]>
}

type FormDataEntryValue = File | string
declare class FormData {
  append(name: string, value: string): void
  append(name: string, value: Blob, filename?: string): void
  set(name: string, value: string): void
  set(name: string, value: Blob, filename?: string): void
  delete(name: string): void
  get(name: string): FormDataEntryValue | null
  getAll(name: string): FormDataEntryValue[]
  has(name: string): boolean
  forEach(callback: (value: FormDataEntryValue, key: string, parent: FormData) => void, self?: unknown): void
  keys(): IteratorObject<string>
  values(): IteratorObject<FormDataEntryValue>
  entries(): IteratorObject<[string, FormDataEntryValue]>
  [Symbol.iterator](): IteratorObject<[string, FormDataEntryValue]>
}

type BodyInit = ReadableStream | Blob | BufferSource | FormData | URLSearchParams | string
type RequestInfo = Request | string
interface RequestInit {
  method?: string
  headers?: HeadersInit
  body?: BodyInit | null
  signal?: AbortSignal | null
  redirect?: 'follow' | 'error' | 'manual'
  cache?: 'default' | 'force-cache' | 'no-cache' | 'no-store' | 'only-if-cached' | 'reload'
  credentials?: 'include' | 'omit' | 'same-origin'
  mode?: 'cors' | 'navigate' | 'no-cors' | 'same-origin'
  referrer?: string
  referrerPolicy?: string
  integrity?: string
  keepalive?: boolean
  duplex?: 'half'
}
declare class Request {
  constructor(input: RequestInfo | URL, init?: RequestInit)
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly destination: string
  readonly referrer: string
  readonly referrerPolicy: string
  readonly mode: string
  readonly credentials: string
  readonly cache: string
  readonly redirect: string
  readonly integrity: string
  readonly keepalive: boolean
  readonly duplex: 'half'
  readonly signal: AbortSignal
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null
  readonly bodyUsed: boolean
  clone(): Request
  arrayBuffer(): Promise<ArrayBuffer>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  blob(): Promise<Blob>
  text(): Promise<string>
  json(): Promise<any>
  formData(): Promise<FormData>
}
interface ResponseInit {
  status?: number
  statusText?: string
  headers?: HeadersInit
}
declare class Response {
  constructor(body?: BodyInit | null, init?: ResponseInit)
  static error(): Response
  static redirect(url: string | URL, status?: number): Response
  static json(data: unknown, init?: ResponseInit): Response
  readonly type: 'basic' | 'cors' | 'default' | 'error' | 'opaque' | 'opaqueredirect'
  readonly url: string
  readonly redirected: boolean
  readonly status: number
  readonly ok: boolean
  readonly statusText: string
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null
  readonly bodyUsed: boolean
  clone(): Response
  arrayBuffer(): Promise<ArrayBuffer>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  blob(): Promise<Blob>
  text(): Promise<string>
  json(): Promise<any>
  formData(): Promise<FormData>
}

// Streams

interface QueuingStrategy<T = any> {
  highWaterMark?: number
  size?(chunk: T): number
}
declare class ByteLengthQueuingStrategy implements QueuingStrategy<ArrayBufferView> {
  constructor(init: { highWaterMark: number })
  readonly highWaterMark: number
  get size(): (chunk: ArrayBufferView) => number
}
declare class CountQueuingStrategy implements QueuingStrategy {
  constructor(init: { highWaterMark: number })
  readonly highWaterMark: number
  get size(): () => number
}

interface UnderlyingDefaultSource<R> {
  type?: undefined
  start?(controller: ReadableStreamDefaultController<R>): unknown
  pull?(controller: ReadableStreamDefaultController<R>): void | PromiseLike<void>
  cancel?(reason?: any): void | PromiseLike<void>
}
interface UnderlyingByteSource {
  type: 'bytes'
  autoAllocateChunkSize?: number
  start?(controller: ReadableByteStreamController): unknown
  pull?(controller: ReadableByteStreamController): void | PromiseLike<void>
  cancel?(reason?: any): void | PromiseLike<void>
}
interface StreamPipeOptions {
  preventAbort?: boolean
  preventCancel?: boolean
  preventClose?: boolean
  signal?: AbortSignal
}
type ReadableStreamReadResult<T> = { done: false; value: T } | { done: true; value: T | undefined }
declare class ReadableStream<R = any> {
  constructor(source: UnderlyingByteSource, strategy?: { highWaterMark?: number })
  constructor(source?: UnderlyingDefaultSource<R>, strategy?: QueuingStrategy<R>)
  static from<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): ReadableStream<T>
  readonly locked: boolean
  cancel(reason?: any): Promise<void>
  getReader(options: { mode: 'byob' }): ReadableStreamBYOBReader
  getReader(options?: { mode?: undefined }): ReadableStreamDefaultReader<R>
  pipeThrough<T>(
    pair: { readable: ReadableStream<T>; writable: WritableStream<R> },
    options?: StreamPipeOptions,
  ): ReadableStream<T>
  pipeTo(destination: WritableStream<R>, options?: StreamPipeOptions): Promise<void>
  tee(): [ReadableStream<R>, ReadableStream<R>]
  values(options?: { preventCancel?: boolean }): AsyncIteratorObject<R>
  [Symbol.asyncIterator](options?: { preventCancel?: boolean }): AsyncIteratorObject<R>
}
declare class ReadableStreamDefaultReader<R = any> {
  constructor(stream: ReadableStream<R>)
  readonly closed: Promise<void>
  cancel(reason?: any): Promise<void>
  read(): Promise<ReadableStreamReadResult<R>>
  releaseLock(): void
}
declare class ReadableStreamBYOBReader {
  constructor(stream: ReadableStream)
  readonly closed: Promise<void>
  cancel(reason?: any): Promise<void>
  read<T extends ArrayBufferView>(view: T, options?: { min?: number }): Promise<ReadableStreamReadResult<T>>
  releaseLock(): void
}
declare class ReadableStreamBYOBRequest {
  private constructor()
  readonly view: ArrayBufferView | null
  respond(bytesWritten: number): void
  respondWithNewView(view: ArrayBufferView): void
}
declare class ReadableStreamDefaultController<R = any> {
  private constructor()
  readonly desiredSize: number | null
  close(): void
  enqueue(chunk?: R): void
  error(reason?: any): void
}
declare class ReadableByteStreamController {
  private constructor()
  readonly byobRequest: ReadableStreamBYOBRequest | null
  readonly desiredSize: number | null
  close(): void
  enqueue(chunk: ArrayBufferView): void
  error(reason?: any): void
}

interface UnderlyingSink<W> {
  start?(controller: WritableStreamDefaultController): unknown
  write?(chunk: W, controller: WritableStreamDefaultController): void | PromiseLike<void>
  close?(): void | PromiseLike<void>
  abort?(reason?: any): void | PromiseLike<void>
}
declare class WritableStream<W = any> {
  constructor(sink?: UnderlyingSink<W>, strategy?: QueuingStrategy<W>)
  readonly locked: boolean
  abort(reason?: any): Promise<void>
  close(): Promise<void>
  getWriter(): WritableStreamDefaultWriter<W>
}
declare class WritableStreamDefaultWriter<W = any> {
  constructor(stream: WritableStream<W>)
  readonly closed: Promise<void>
  readonly desiredSize: number | null
  readonly ready: Promise<void>
  abort(reason?: any): Promise<void>
  close(): Promise<void>
  releaseLock(): void
  write(chunk?: W): Promise<void>
}
declare class WritableStreamDefaultController {
  private constructor()
  readonly signal: AbortSignal
  error(reason?: any): void
}

interface Transformer<I, O> {
  start?(controller: TransformStreamDefaultController<O>): unknown
  transform?(chunk: I, controller: TransformStreamDefaultController<O>): void | PromiseLike<void>
  flush?(controller: TransformStreamDefaultController<O>): void | PromiseLike<void>
}
declare class TransformStream<I = any, O = any> {
  constructor(transformer?: Transformer<I, O>, writableStrategy?: QueuingStrategy<I>, readableStrategy?: QueuingStrategy<O>)
  readonly readable: ReadableStream<O>
  readonly writable: WritableStream<I>
}
declare class TransformStreamDefaultController<O = any> {
  private constructor()
  readonly desiredSize: number | null
  enqueue(chunk?: O): void
  error(reason?: any): void
  terminate(): void
}

// Cryptography

type KeyUsage = 'decrypt' | 'deriveBits' | 'deriveKey' | 'encrypt' | 'sign' | 'unwrapKey' | 'verify' | 'wrapKey'
type AlgorithmIdentifier = string | { name: string; [option: string]: unknown }
declare class CryptoKey {
  private constructor()
  readonly type: 'private' | 'public' | 'secret'
  readonly extractable: boolean
  readonly algorithm: { name: string }
  readonly usages: KeyUsage[]
}
/** SHA-1, SHA-256, SHA-384, SHA-512, HMAC and AES-GCM; keys as `raw`. */
declare class SubtleCrypto {
  private constructor()
  digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer>
  sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  verify(algorithm: AlgorithmIdentifier, key: CryptoKey, signature: BufferSource, data: BufferSource): Promise<boolean>
  encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  generateKey(algorithm: AlgorithmIdentifier, extractable: boolean, usages: Iterable<KeyUsage>): Promise<CryptoKey>
  importKey(
    format: 'raw',
    data: BufferSource,
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>
  exportKey(format: 'raw', key: CryptoKey): Promise<ArrayBuffer>
}
declare class Crypto {
  private constructor()
  readonly subtle: SubtleCrypto
  getRandomValues<T extends ArrayBufferView>(array: T): T
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`
}
declare var crypto: Crypto

// Globals that libraries expect, without authority

declare var self: typeof globalThis
declare var global: typeof globalThis
declare function setImmediate<Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args): number
declare function clearImmediate(immediate: number | undefined): void

declare var navigator: {
  readonly userAgent: 'Ashlar'
  readonly language: string
  readonly languages: readonly string[]
  readonly platform: ''
  readonly hardwareConcurrency: number
  readonly onLine: boolean
}

/** Describes no machine: `env`, `argv` and `versions` are empty. `exit` throws an error. */
declare var process: {
  readonly browser: true
  readonly platform: string
  readonly version: string
  readonly versions: Record<string, string>
  readonly env: Record<string, string | undefined>
  readonly argv: string[]
  nextTick<Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args): void
  cwd(): string
  uptime(): number
  hrtime: { (since?: readonly [number, number]): [number, number]; bigint(): bigint }
  exit(code?: number): never
}

type BufferEncoding = 'utf8' | 'utf-8' | 'utf16le' | 'ucs2' | 'latin1' | 'binary' | 'ascii' | 'hex' | 'base64' | 'base64url'

/** The most common methods of Node's class; the others exist too. */
interface Buffer extends Uint8Array<ArrayBuffer> {
  toString(encoding?: BufferEncoding, start?: number, end?: number): string
  toJSON(): { type: 'Buffer'; data: number[] }
  equals(other: Uint8Array): boolean
  compare(other: Uint8Array): -1 | 0 | 1
  copy(target: Uint8Array, targetStart?: number, sourceStart?: number, sourceEnd?: number): number
  write(text: string, offset?: number, length?: number, encoding?: BufferEncoding): number
  subarray(start?: number, end?: number): Buffer
  readUInt8(offset?: number): number
  readUInt16BE(offset?: number): number
  readUInt16LE(offset?: number): number
  readUInt32BE(offset?: number): number
  readUInt32LE(offset?: number): number
  readInt8(offset?: number): number
  readInt16BE(offset?: number): number
  readInt16LE(offset?: number): number
  readInt32BE(offset?: number): number
  readInt32LE(offset?: number): number
  readBigUInt64BE(offset?: number): bigint
  readBigUInt64LE(offset?: number): bigint
  readDoubleBE(offset?: number): number
  readDoubleLE(offset?: number): number
  writeUInt8(value: number, offset?: number): number
  writeUInt16BE(value: number, offset?: number): number
  writeUInt16LE(value: number, offset?: number): number
  writeUInt32BE(value: number, offset?: number): number
  writeUInt32LE(value: number, offset?: number): number
}
declare var Buffer: {
  readonly prototype: Buffer
  from(text: string, encoding?: BufferEncoding): Buffer
  from(bytes: ArrayBuffer, offset?: number, length?: number): Buffer
  from(bytes: Iterable<number> | ArrayLike<number>): Buffer
  alloc(bytes: number, fill?: string | number | Uint8Array, encoding?: BufferEncoding): Buffer
  allocUnsafe(bytes: number): Buffer
  concat(parts: readonly Uint8Array[], bytes?: number): Buffer
  compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1
  byteLength(value: string | ArrayBufferView | ArrayBuffer, encoding?: BufferEncoding): number
  isBuffer(value: unknown): value is Buffer
  isEncoding(name: string): name is BufferEncoding
}

// The engine

declare namespace WebAssembly {
  type ImportValue = ((...args: any[]) => unknown) | Global | Memory | Table | number | bigint
  type Imports = Record<string, Record<string, ImportValue>>
  type Exports = Record<string, any>
  class Module {
    constructor(bytes: BufferSource)
    static exports(module: Module): { name: string; kind: string }[]
    static imports(module: Module): { module: string; name: string; kind: string }[]
    static customSections(module: Module, name: string): ArrayBuffer[]
  }
  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number }, value?: unknown)
    readonly length: number
    get(index: number): any
    set(index: number, value?: unknown): void
    grow(by: number, value?: unknown): number
  }
  class Global {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: unknown)
    value: any
    valueOf(): any
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  function validate(bytes: BufferSource): boolean
  function compile(bytes: BufferSource): Promise<Module>
  function instantiate(bytes: BufferSource, imports?: Imports): Promise<{ module: Module; instance: Instance }>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
}

// Globals that a sandbox does not define. Their types make the compiler name the replacement.

declare var fetch: { 'not in a sandbox': 'use context.fetch, and name the hosts in the capability "http"' }
declare var XMLHttpRequest: { 'not in a sandbox': 'use context.fetch, and name the hosts in the capability "http"' }
declare var WebSocket: { 'not in a sandbox': 'there are no sockets: use context.fetch, with the capability "http"' }
declare var EventSource: { 'not in a sandbox': 'there are no sockets: use context.fetch, with the capability "http"' }
declare var WebTransport: { 'not in a sandbox': 'there are no sockets: use context.fetch, with the capability "http"' }
declare var localStorage: { 'not in a sandbox': 'use context.storage, with the capability "storage"' }
declare var sessionStorage: { 'not in a sandbox': 'use context.storage, with the capability "storage"' }
declare var indexedDB: { 'not in a sandbox': 'use context.storage, with the capability "storage"' }
declare var caches: { 'not in a sandbox': 'use context.storage, with the capability "storage"' }
declare var Worker: { 'not in a sandbox': 'a block has one thread, so there is no receiver for messages' }
declare var SharedWorker: { 'not in a sandbox': 'a block has one thread, so there is no receiver for messages' }
declare var MessageChannel: { 'not in a sandbox': 'a block has one thread, so there is no receiver for messages' }
declare var MessagePort: { 'not in a sandbox': 'a block has one thread, so there is no receiver for messages' }
declare var BroadcastChannel: { 'not in a sandbox': 'a block has one thread, so there is no receiver for messages' }
declare var window: { 'not in a sandbox': 'there is no browser: use a library that does not need one' }
declare var document: { 'not in a sandbox': 'there is no browser: use a library that does not need one' }
declare var location: { 'not in a sandbox': 'there is no browser: use a library that does not need one' }
declare var FileReader: { 'not in a sandbox': 'use the methods text() and arrayBuffer() of the Blob' }
declare var requestAnimationFrame: { 'not in a sandbox': 'use setTimeout' }
declare var reportError: { 'not in a sandbox': 'throw the error, or use context.log' }
declare var require: { 'not in a sandbox': 'use import: the modules of the package become part of the bundle' }
declare var __dirname: { 'not in a sandbox': 'there are only the files of context.files, with the capability "files"' }
declare var __filename: { 'not in a sandbox': 'there are only the files of context.files, with the capability "files"' }
declare var Deno: { 'not in a sandbox': 'there is no Node: take settings as inputs of the block' }
declare var Bun: { 'not in a sandbox': 'there is no Node: take settings as inputs of the block' }
