import { describe, expect, it } from 'vitest'

import type { Scene } from '@/api/cameras'

import {
  freeId,
  freeName,
  isFreeName,
  newPermit,
  newZone,
  polygonOf,
  removed,
  withCopies,
  withPolygon,
  withZone,
} from './scene'

const SQUARE: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
]
const EMPTY: Scene = {
  presets: [
    { id: '1', zones: [] },
    { id: '2', zones: [] },
  ],
  privacy_masks: [SQUARE],
}

describe('the scene', () => {
  it('gets a new zone that only observes, in the preset that is open', () => {
    const scene = withZone(EMPTY, 1, newZone('zone-1', 'illegal_parking', SQUARE))
    expect(scene.presets[0]?.zones).toEqual([])
    expect(scene.presets[1]?.zones[0]?.observe).toBe(true)
    expect(EMPTY.presets[1]?.zones).toEqual([])
  })

  it("gives copies an id of their own, and never another place's permits", () => {
    const zone = {
      ...newZone('pavement', 'illegal_parking', SQUARE),
      permits: [{ ...newPermit(), permit_no: 'A-1' }],
      observe: false,
    }
    const twice = withCopies(withCopies(EMPTY, 0, [zone]), 0, [zone])
    expect(twice.presets[0]?.zones.map((one) => [one.id, one.permits.length, one.observe])).toEqual([
      ['pavement', 0, true],
      ['pavement-1', 0, true],
    ])
  })

  it('changes and removes what is chosen and nothing else', () => {
    const zone = { ...newZone('a', 'illegal_parking', SQUARE), permits: [newPermit()] }
    const scene = withZone(EMPTY, 0, zone)
    const permit = { what: 'permit', zone: 0, permit: 0 } as const
    const drawn = withPolygon(scene, 0, permit, SQUARE.slice(0, 3))
    expect(polygonOf(drawn, 0, permit)).toHaveLength(3)
    expect(polygonOf(drawn, 0, { what: 'zone', zone: 0 })).toEqual(SQUARE)
    expect(removed(drawn, 0, permit).presets[0]?.zones[0]?.permits).toEqual([])
    expect(removed(drawn, 0, { what: 'mask', mask: 0 }).privacy_masks).toEqual([])
  })

  it('names zones by a word, and knows such names again', () => {
    expect(freeName('违停', [])).toBe('违停')
    expect(freeName('违停', ['违停', '违停 3'])).toBe('违停 2')
    expect(['违停', '违停 2', '违停区', '违停 东侧'].map((name) => isFreeName(name, '违停'))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('finds ids that are free', () => expect(freeId('zone', ['zone-1', 'zone-3'])).toBe('zone-2'))
})
