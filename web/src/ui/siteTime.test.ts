import { describe, expect, it } from 'vitest'

import { beginOfDay, fromSiteClock, siteClock, siteDay } from './siteTime'

describe('days of the site', () => {
  it('begin at its midnight', () => {
    expect(beginOfDay('2026-05-01')).toBe('2026-04-30T16:00:00.000Z')
    expect(beginOfDay('2026-05-01', 1)).toBe('2026-05-01T16:00:00.000Z')
  })

  it('are read back as they were chosen', () => {
    expect(siteDay(beginOfDay('2026-05-01'))).toBe('2026-05-01')
    expect(siteDay(beginOfDay('2026-05-01', 1), -1)).toBe('2026-05-01')
  })
})

describe('the clock of the site', () => {
  it('is the same for a browser elsewhere', () => {
    expect(siteClock('2026-05-04T00:00:00Z')).toBe('2026-05-04T08:00:00')
    expect(fromSiteClock('2026-05-04T08:00:00')).toBe('2026-05-04T00:00:00.000Z')
  })
})
