import { describe, expect, it } from 'vitest'

import type { Polygon } from '@/api/cameras'

import { area, crossing, faultOf, inserted, placed, shifted, without } from './polygon'

const SQUARE: Polygon = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.8, 0.8],
  [0.2, 0.8],
]
const BOW: Polygon = [
  [0.2, 0.2],
  [0.8, 0.8],
  [0.8, 0.2],
  [0.2, 0.8],
]

describe('a zone', () => {
  it('may not cross itself', () => {
    expect(crossing(BOW)).toEqual([0, 2])
    expect(faultOf(BOW)).toBe('crossing')
    expect(faultOf(SQUARE)).toBeNull()
  })

  it('may not touch itself either', () =>
    expect(
      faultOf([
        [0, 0],
        [1, 0],
        [0.5, 0.5],
        [1, 1],
        [0, 1],
        [0.5, 0.5],
      ]),
    ).toBe('crossing'))

  it('needs three points and some area', () => {
    expect(faultOf(SQUARE.slice(0, 2))).toBe('few')
    expect(
      faultOf([
        [0.1, 0.1],
        [0.5, 0.5],
        [0.9, 0.9],
      ]),
    ).not.toBeNull()
  })

  it('stays inside the picture', () => {
    expect(placed(1.4, -0.1)).toEqual([1, 0])
    expect(shifted(SQUARE, 5, -5)).toEqual([
      [0.4, 0],
      [1, 0],
      [1, 0.6],
      [0.4, 0.6],
    ])
    expect(area(shifted(SQUARE, 5, -5))).toBeCloseTo(area(SQUARE))
  })

  it('gets and loses a point where that was meant', () => {
    const five = inserted(SQUARE, 3, [0.1, 0.5])
    expect(five[4]).toEqual([0.1, 0.5])
    expect(without(five, 4)).toEqual(SQUARE)
  })
})
