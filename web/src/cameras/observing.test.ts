import { describe, expect, it } from 'vitest'

import { newZone } from './editor/scene'
import { firstWeek, observes, sentBack } from './observing'

const NOW = Date.parse('2026-05-04T08:00:00+08:00')
const zone = newZone('a', 'illegal_parking', [
  [0, 0],
  [1, 0],
  [1, 1],
])

describe('a zone', () => {
  it('observes its first week, to the second', () => {
    const fresh = { ...zone, ...firstWeek(NOW) }
    expect(fresh.observe_until).toBe('2026-05-11T00:00:00.000Z')
    expect(observes(fresh, Date.parse('2026-05-11T07:59:59+08:00'))).toBe(true)
    expect(observes(fresh, Date.parse('2026-05-11T08:00:00+08:00'))).toBe(false)
  })

  it('observes until told otherwise where no end is given', () => {
    expect(observes({ ...zone, observe: true, observe_until: null }, NOW)).toBe(true)
    expect(observes({ ...zone, observe: false, observe_until: null }, NOW)).toBe(false)
  })

  it('tells what sent it back only while it observes because of that', () => {
    const why = { at: '2026-05-04T08:00:00+08:00', why: 'budget', count: 51, limit: 50 } as const
    const back = { ...zone, observe: true, observe_until: null, sent_back: why }
    expect(sentBack(back)).toEqual(why)
    expect(sentBack({ ...back, observe: false })).toBeNull()
    expect(sentBack({ ...back, ...firstWeek(NOW) })).toBeNull()
  })
})
