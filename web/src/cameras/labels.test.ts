import { describe, expect, it } from 'vitest'

import { labelAt, spread } from './labels'

describe('names of zones', () => {
  it('stay where they are while they have room', () => {
    const labels = [labelAt([100, 100], '人行道', 20), labelAt([400, 100], '路口', 20)]
    expect(spread(labels)).toEqual(labels)
  })

  it('of one place stand in lines above each other, and none lies on another', () => {
    const placed = spread(['人行道', '消防通道', 'zone-3'].map((text) => labelAt([100, 100], text, 20)))
    expect(placed.map((one) => Math.round(one.y))).toEqual([100, 126, 74])
  })

  it('are as wide as their signs', () => {
    expect(labelAt([0, 0], '人行道', 10).w).toBe(30)
    expect(labelAt([0, 0], 'a-1', 10).w).toBeLessThan(20)
  })
})
