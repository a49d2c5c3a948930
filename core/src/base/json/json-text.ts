import { parseJson } from '@ashlar/sdk/json'

/** A JSON value as its text. A response contains this text, because parsing and writing it again is expensive. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Returns the value, for `JSON.stringify`. */
  toJSON(): unknown {
    return parseJson(this.text)
  }
}
