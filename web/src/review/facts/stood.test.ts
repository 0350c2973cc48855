import { describe, expect, it } from 'vitest'

import { stoodFor } from './stood'

const SEEN = '2026-05-01T00:05:00.000+00:00'
const LOOKED = '2026-05-01T00:15:30.000+00:00'
const known = { dwell_s: 300, last_seen: SEEN, cleared_at: null, watched_until: null }

describe('how long a thing has stood', () => {
  it('goes on while its camera looks and has not seen it leave', () => {
    expect(stoodFor({ ...known, watched_until: LOOKED })).toEqual({ seconds: 930, until: LOOKED, now: 'watched' })
  })

  it('ends with the last sight where nobody looks: what came since is not known', () => {
    expect(stoodFor(known)).toEqual({ seconds: 300, until: SEEN, now: 'unknown' })
  })

  it('ends where it left', () => {
    expect(stoodFor({ ...known, cleared_at: SEEN })).toEqual({ seconds: 300, until: SEEN, now: 'left' })
  })
})
