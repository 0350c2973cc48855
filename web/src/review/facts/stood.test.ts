import { describe, expect, it } from 'vitest'

import type { OpenEvent } from '../model'
import { stoodFor, stoodInOpening } from './stood'

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

  it('is that of the violation that is to be decided about, not of what came back since', () => {
    const opening = (number: number, dwell_s: number) => ({
      opening: number,
      packages: [],
      dwell: { dwell_s, until: SEEN },
    })
    const event = { ...known, opening: 2, opening_to_decide: 1, openings: [opening(1, 320), opening(2, 12)] }
    expect(stoodInOpening(event as unknown as OpenEvent)).toEqual({ seconds: 320, until: SEEN, now: 'left' })
  })
})
