import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CpuClock, type CpuMeter } from './cpu-clock.ts'

/** A machine with a time and a CPU time that the test sets. */
class Machine {
  nowMs = 0
  computedMs = 0
  readonly clock = new CpuClock(
    () => this.computedMs,
    () => this.nowMs,
  )

  pass(ms: number, computedMs: number): void {
    this.nowMs += ms
    this.computedMs += computedMs
  }
}

/** An isolate whose held time the test sets. */
class Held {
  ms: number | undefined = 0
  readonly meter: CpuMeter

  constructor(clock: CpuClock) {
    this.meter = clock.add(() => this.ms)
  }

  hold(ms: number): void {
    this.ms = (this.ms ?? 0) + ms
  }
}

describe('the CPU time of an isolate', () => {
  it('is the time for which it is held if the process never waits for a processor', () => {
    const machine = new Machine()
    const [one, two] = [new Held(machine.clock), new Held(machine.clock)]
    machine.pass(100, 130)
    one.hold(100)
    two.hold(30)
    expect([one.meter.cpuMs, two.meter.cpuMs]).toEqual([100, 30])
  })

  it('is a share of the process’s time if the process waits for processors', () => {
    const machine = new Machine()
    const [one, two, idle] = [new Held(machine.clock), new Held(machine.clock), new Held(machine.clock)]
    machine.pass(100, 40)
    one.hold(100)
    two.hold(60)
    expect([one, two, idle].map(({ meter }) => meter.cpuMs)).toEqual([25, 15, 0])
  })

  it('is at most the time for which it is held', () => {
    const machine = new Machine()
    const one = new Held(machine.clock)
    machine.pass(100, 500)
    one.hold(80)
    expect(one.meter.cpuMs).toBe(80)
  })

  it('does not include time before the measurement', () => {
    const machine = new Machine()
    const held = new Held(machine.clock)
    held.hold(70)
    machine.pass(100, 70)
    held.meter.stop()
    const next = machine.clock.add(() => held.ms)
    machine.pass(100, 50)
    held.hold(50)
    expect(next.cpuMs).toBe(50)
  })

  it('does not change after the isolate has ended', () => {
    const machine = new Machine()
    const [one, two] = [new Held(machine.clock), new Held(machine.clock)]
    machine.pass(100, 80)
    one.hold(80)
    expect(one.meter.cpuMs).toBe(80)
    one.ms = undefined
    machine.pass(100, 60)
    two.hold(60)
    expect([one.meter.cpuMs, two.meter.cpuMs]).toEqual([80, 60])
  })

  it('never decreases, and adds up to at most the time of the process', () => {
    const step = fc.record({
      wallMs: fc.integer({ min: 1, max: 100 }),
      computed: fc.double({ min: 0, max: 2, noNaN: true }),
      held: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const machine = new Machine()
        const isolates = Array.from({ length: 5 }, () => new Held(machine.clock))
        const last = isolates.map(() => 0)
        for (const { wallMs, computed, held } of steps) {
          machine.pass(wallMs, computed * wallMs)
          for (const [i, isolate] of isolates.entries()) isolate.hold((held[i] ?? 0) * wallMs)
          for (const [i, { meter, ms = 0 }] of isolates.entries()) {
            const { cpuMs } = meter
            expect(cpuMs).toBeGreaterThanOrEqual(last[i] ?? 0)
            expect(cpuMs).toBeLessThanOrEqual(ms + 1e-6)
            last[i] = cpuMs
          }
          expect(last.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(machine.computedMs + 1e-6)
        }
      }),
    )
  })
})
