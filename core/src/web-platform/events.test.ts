import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('DOMException', () => {
  it('is an Error with the code of its name', async () => {
    const code = `const e = new DOMException('m', 'TimeoutError'); return [e instanceof Error, Error.isError(e), e.name, e.message, e.code, DOMException.ABORT_ERR,
      e.DATA_CLONE_ERR, String(e), Object.prototype.toString.call(e), Object.keys(e), new DOMException().name, new DOMException('', 'X').code, e.stack.split('\\n')[0]]`
    expect(await guest.evaluate(code)).toEqual([
      true,
      true,
      'TimeoutError',
      'm',
      23,
      20,
      25,
      'TimeoutError: m',
      '[object DOMException]',
      [],
      'Error',
      0,
      'TimeoutError: m',
    ])
  })
})

describe('EventTarget', () => {
  it('calls each listener once, in order, capturing listeners first', async () => {
    const code = `const t = new EventTarget(); const log = []; const f = () => log.push('f')
      t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', { handleEvent(e) { log.push(this !== t && e.type) } })
      t.addEventListener('x', function () { log.push(this === t) }, true); t.addEventListener('x', () => log.push('once'), { once: true })
      t.dispatchEvent(new Event('x')); t.removeEventListener('x', f); t.dispatchEvent(new Event('x')); return log`
    expect(await guest.evaluate(code)).toEqual([true, 'f', 'x', 'once', true, 'x'])
  })

  it('does not call listeners that were removed, added or stopped during the dispatch', async () => {
    const code = `const t = new EventTarget(); const log = []; const gone = () => log.push('gone')
      t.addEventListener('x', () => { t.removeEventListener('x', gone); t.addEventListener('x', () => log.push('late')) }); t.addEventListener('x', gone)
      t.addEventListener('x', (e) => { log.push('stop'); e.stopImmediatePropagation() }); t.addEventListener('x', () => log.push('never'))
      t.dispatchEvent(new Event('x')); return log`
    expect(await guest.evaluate(code)).toEqual(['stop'])
  })

  it('returns whether an event was canceled by a listener that is not passive', async () => {
    const code = `const t = new EventTarget(); t.addEventListener('x', (e) => e.preventDefault()); t.addEventListener('p', (e) => e.preventDefault(), { passive: true })
      return [t.dispatchEvent(new Event('x', { cancelable: true })), t.dispatchEvent(new Event('x')), t.dispatchEvent(new Event('p', { cancelable: true }))]`
    expect(await guest.evaluate(code)).toEqual([false, true, true])
  })

  it('continues after a listener that throws', async () => {
    const code = `const t = new EventTarget(); const log = []; t.addEventListener('x', () => { throw new Error('no') })
      t.addEventListener('x', async (e) => { log.push(e.eventPhase, e.currentTarget === t, e.composedPath().length); try { t.dispatchEvent(e) } catch (error) { log.push(error.name) } })
      const e = new Event('x'); t.dispatchEvent(e); return [...log, e.eventPhase, e.currentTarget, e.target === t, e.isTrusted]`
    expect(await guest.evaluate(code)).toEqual([2, true, 1, 'InvalidStateError', 0, null, true, false])
  })

  it('removes a listener when its signal aborts', async () => {
    const code = `const t = new EventTarget(); const c = new AbortController(); let n = 0; t.addEventListener('x', () => n++, { signal: c.signal })
      t.dispatchEvent(new Event('x')); c.abort(); t.dispatchEvent(new Event('x')); t.addEventListener('x', () => n++, { signal: c.signal }); t.dispatchEvent(new Event('x'))
      return [n, await caught(() => t.addEventListener('x', () => {}, { signal: null })), await caught(() => new Event())]`
    expect(await guest.evaluate(code)).toEqual([1, 'TypeError', 'TypeError'])
  })

  it('can be extended and receives the detail of a CustomEvent', async () => {
    const code = `class T extends EventTarget {} const t = new T(); let got; t.addEventListener('x', (e) => { got = e.detail }); t.dispatchEvent(new CustomEvent('x', { detail: { a: 1 } }))
      return [got, new CustomEvent('y').detail, String(t), Event.AT_TARGET]`
    expect(await guest.evaluate(code)).toEqual([{ a: 1 }, null, '[object EventTarget]', 2])
  })
})

describe('AbortSignal', () => {
  it('aborts once, with the given reason or an AbortError', async () => {
    const code = `const c = new AbortController(); let n = 0; c.signal.onabort = (e) => { n += e.isTrusted ? 1 : 100 }; c.abort(7); c.abort(8); const d = AbortSignal.abort()
      let thrown; try { c.signal.throwIfAborted() } catch (error) { thrown = error }
      return [c.signal.reason, n, thrown, d.aborted, d.reason.name, d.reason.code, await caught(() => new AbortSignal())]`
    expect(await guest.evaluate(code)).toEqual([7, 1, 7, true, 'AbortError', 20, 'TypeError'])
  })

  it('times out', async () => {
    const code = `const s = AbortSignal.timeout(5); const before = s.aborted; await new Promise((r) => s.addEventListener('abort', r))
      return [before, s.reason.name, s.reason instanceof DOMException, await caught(() => AbortSignal.timeout(-1)), await caught(() => AbortSignal.timeout())]`
    expect(await guest.evaluate(code)).toEqual([false, 'TimeoutError', true, 'TypeError', 'TypeError'])
  })

  it('sets the reason of dependent signals before the first event', async () => {
    const code = `const a = new AbortController(); const b = new AbortController(); const one = AbortSignal.any([a.signal, b.signal]); const two = AbortSignal.any([one]); const log = []
      a.signal.addEventListener('abort', () => log.push('a', one.aborted, two.aborted)); two.addEventListener('abort', () => log.push('two')); one.addEventListener('abort', () => log.push('one'))
      a.abort('r'); b.abort('s'); return [log, two.reason, AbortSignal.any([]).aborted, AbortSignal.any([a.signal]).reason, await caught(() => AbortSignal.any([{}]))]`
    expect(await guest.evaluate(code)).toEqual([['a', true, true, 'one', 'two'], 'r', false, 'r', 'TypeError'])
  })

  it('is the class of the signal in the context of a block', async () => {
    expect(await guest.evaluate(`return [context.signal instanceof AbortSignal, context.signal.aborted]`)).toEqual([true, false])
  })
})

describe('performance', () => {
  it('never decreases, even if Date.now is replaced', async () => {
    const code = `const a = performance.now(); Date.now = () => 0; const b = performance.now(); return [b >= a, performance.timeOrigin > 1e12, await caught(() => new Performance()), performance instanceof EventTarget]`
    expect(await guest.evaluate(code)).toEqual([true, true, 'TypeError', true])
  })
})
