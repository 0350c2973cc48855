import { describe, expect, it } from 'vitest'

import { dwellBar, ofChanges, ofSpans } from './dwell'

const change = (observed_s: number, bridged_s: number) => ({ observed_s, bridged_s })
const shape = (bar: ReturnType<typeof dwellBar>) => bar.stretches.map(({ kind, seconds }) => [kind, seconds])

describe('the bar of a dwell', () => {
  it('is one stretch when the thing was never out of sight', () => {
    const bar = dwellBar(ofChanges([change(10, 0), change(300, 0)]), 300)
    expect(bar.stretches).toEqual([{ kind: 'observed', seconds: 300, from: 0, share: 1 }])
    expect(bar.limitAt).toBe(1)
  })

  it('shows bridged time in the step in which it lay', () => {
    const bar = dwellBar(ofChanges([change(10, 0), change(250, 50), change(400, 50)]), 300)
    expect(shape(bar)).toEqual([
      ['observed', 250],
      ['bridged', 50],
      ['observed', 150],
    ])
    expect(bar.total_s).toBe(450)
    expect(bar.stretches.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1)
    expect(bar.limitAt).toBeCloseTo(300 / 450)
  })

  it('shows the gaps where the manifest says they were', () => {
    const at = (seconds: number) => new Date(1e12 + seconds * 1000).toISOString()
    const spans = [
      { kind: 'observed', start: at(0), end: at(100) },
      { kind: 'bridged', start: at(100), end: at(130) },
      { kind: 'observed', start: at(130), end: at(310) },
    ]
    expect(shape(dwellBar(ofSpans(spans), 300))).toEqual([
      ['observed', 100],
      ['bridged', 30],
      ['observed', 180],
    ])
  })

  it('leaves room up to the violation while it is a candidate', () => {
    const bar = dwellBar(ofChanges([change(30, 0)]), 300)
    expect(bar.stretches[0]?.share).toBeCloseTo(0.1)
    expect(bar.limitAt).toBe(1)
  })

  it('is empty where nothing is known', () => expect(dwellBar([], 300)).toMatchObject({ total_s: 0, stretches: [] }))
})
