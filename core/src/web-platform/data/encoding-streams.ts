import { TextDecoder, TextEncoder } from './encoding.ts'
import { TransformStream } from './streams.ts'
import { defineInterface, toDomString, toView } from '../base/webidl.ts'

/**
 * Encoding section 7.4. The class of the library would use streams of the global object, which plugin code may change.
 */
export class TextDecoderStream {
  readonly #decoder: TextDecoder
  readonly #transform: TransformStream<unknown, string>

  constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const decoder = new TextDecoder(label, options)
    this.#decoder = decoder
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(toView(chunk), { stream: true })
        if (text) controller.enqueue(text)
      },
      flush(controller) {
        const text = decoder.decode()
        if (text) controller.enqueue(text)
      },
    })
  }

  get encoding(): string {
    return this.#decoder.encoding
  }
  get fatal(): boolean {
    return this.#decoder.fatal
  }
  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM
  }
  get readable(): TransformStream<unknown, string>['readable'] {
    return this.#transform.readable
  }
  get writable(): TransformStream<unknown, string>['writable'] {
    return this.#transform.writable
  }
}
defineInterface(TextDecoderStream, 'TextDecoderStream')

/** Encoding section 7.6. */
export class TextEncoderStream {
  readonly #transform: TransformStream<unknown, Uint8Array>

  constructor() {
    const encoder = new TextEncoder()
    /** The first half of a surrogate pair. The next chunk may start with the second half. */
    let lead = ''
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        let text = lead + toDomString(chunk)
        lead = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? ''
        if (lead) text = text.slice(0, -1)
        if (text) controller.enqueue(encoder.encode(text))
      },
      flush(controller) {
        if (lead) controller.enqueue(encoder.encode(lead))
      },
    })
  }

  get encoding(): string {
    return 'utf-8'
  }
  get readable(): TransformStream<unknown, Uint8Array>['readable'] {
    return this.#transform.readable
  }
  get writable(): TransformStream<unknown, Uint8Array>['writable'] {
    return this.#transform.writable
  }
}
defineInterface(TextEncoderStream, 'TextEncoderStream')
