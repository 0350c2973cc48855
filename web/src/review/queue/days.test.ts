import { describe, expect, it } from 'vitest'

import { beginOf, dayOf } from './days'

describe('days of the site', () => {
  it('begin at its midnight', () => {
    expect(beginOf('2026-05-01')).toBe('2026-04-30T16:00:00.000Z')
    expect(beginOf('2026-05-01', 1)).toBe('2026-05-01T16:00:00.000Z')
  })

  it('are read back as they were chosen', () => {
    expect(dayOf(beginOf('2026-05-01'))).toBe('2026-05-01')
    expect(dayOf(beginOf('2026-05-01', 1), -1)).toBe('2026-05-01')
  })
})
