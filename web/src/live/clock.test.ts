import { describe, expect, it } from 'vitest'

import type { LiveEvent, Seen } from '@/api/pictures'

import { clockFace, dwellOf, shareOf } from './clock'

const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 0, 0, second)).toISOString()
const event = (changes: Partial<LiveEvent> = {}): LiveEvent =>
  ({ zone_id: 'z', state: 'candidate', last_seen: at(40), dwell_s: 40, ...changes }) as LiveEvent
const seen = { utc: at(40), interval_s: 2, zones: [{ id: 'z', violation_after_s: 300 }] } as unknown as Seen

describe('a dwell clock', () => {
  it('runs on while the thing was in the picture', () =>
    expect(dwellOf(event(), seen, 1.5)).toEqual({ seconds: 41.5, observed: true }))
  it('waits where the thing was hidden', () =>
    expect(dwellOf(event({ last_seen: at(38), dwell_s: 38 }), seen, 1.5)).toEqual({ seconds: 38, observed: false }))
  it('stops when no picture comes any more', () => expect(dwellOf(event(), seen, 900).seconds).toBe(45))
  it.each([
    [0, '0:00'],
    [247.9, '4:07'],
    [3729, '1:02:09'],
  ])('shows %d s as %s', (seconds, face) => expect(clockFace(seconds)).toBe(face))
  it('knows how far it is to a violation', () => {
    expect(shareOf(150, event(), seen)).toBe(0.5)
    expect(shareOf(5, event({ state: 'violation' }), seen)).toBe(1)
  })
})
