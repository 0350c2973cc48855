import { describe, expect, it } from 'vitest'

import type { Zone, ZoneType } from '@/api/cameras'

import { changesOf } from './changes'
import { newZone } from './editor/scene'

const PARKING: ZoneType = {
  key: 'illegal_parking',
  name_zh: '人行道违停',
  name_en: 'illegal parking',
  labels: ['car'],
  count_per: 'object',
  attended: 'ignore',
  candidate_after_s: 10,
  violation_after_s: 300,
  bridge_gap_s: 60,
}
const SQUARE: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
]
const zone = newZone('a', 'illegal_parking', SQUARE)
const scene = (...zones: Zone[]) => ({ presets: [{ id: '1', zones }], privacy_masks: [], source_kind: 'live' as const })
const changes = (was: Zone[], now: Zone[]) => changesOf(scene(...was), scene(...now), [PARKING])

describe('a change that a second person looks at', () => {
  it('names what differs, with the default of the type where nothing was said', () => {
    const [preset] = changes([zone], [{ ...zone, violation_after_s: 600, exempt: ['car'] }])
    expect(preset?.zones[0]?.fields).toEqual(['violation_after_s', 'exempt'])
    expect(preset?.zones[0]?.was?.violation_after_s).toBe(300)
    expect(preset?.redrawn).toBe(false)
  })

  it('is none where the default is only written out', () => {
    expect(changes([zone], [{ ...zone, violation_after_s: 300 }])).toEqual([])
  })

  it('is drawn where an outline moved, or that of a permit', () => {
    const moved = { ...zone, polygon: SQUARE.map(([x, y]) => [x / 2, y]) as [number, number][] }
    expect(changes([zone], [moved])[0]).toMatchObject({ redrawn: true, zones: [{ fields: [] }] })
    const permit = { permit_no: '1', schedule: [], polygon: SQUARE, valid_from: null, valid_to: null }
    expect(changes([zone], [{ ...zone, permits: [permit] }])[0]).toMatchObject({
      redrawn: true,
      zones: [{ fields: ['permits'] }],
    })
  })

  it('tells of zones and presets that go or come, and of masks', () => {
    expect(changes([zone], [])[0]?.zones[0]).toMatchObject({ was: { id: 'a' }, now: null })
    const gone = changesOf(scene(zone), scene(), [PARKING])
    expect(gone[0]?.zones[0]?.now).toBeNull()
    const masked = changesOf(scene(zone), { ...scene(zone), privacy_masks: [SQUARE] }, [PARKING])
    expect(masked[0]).toMatchObject({ redrawn: true, zones: [] })
  })
})
