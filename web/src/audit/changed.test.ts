import { describe, expect, it } from 'vitest'

import { linesOf } from './changed'

describe('before and after of an audit row', () => {
  it('are the values that differ', () =>
    expect(linesOf({ role: null, name: 'wu', node: 'A' }, { role: 'manager', name: 'wu', node: null })).toEqual([
      { path: 'node', was: 'A', now: undefined },
      { path: 'role', was: undefined, now: 'manager' },
    ]))

  it('are followed into zones, and points stay together', () => {
    const camera = (seconds: number, x: number) => ({
      presets: [
        {
          zones: [
            {
              violation_after_s: seconds,
              polygon: [
                [x, 0],
                [1, 1],
              ],
            },
          ],
        },
      ],
    })
    expect(linesOf(camera(30, 0), camera(600, 0.5))).toEqual([
      { path: 'presets[0].zones[0].violation_after_s', was: '30', now: '600' },
      { path: 'presets[0].zones[0].polygon', was: '[[0,0],[1,1]]', now: '[[0.5,0],[1,1]]' },
    ])
  })

  it('are all values where only one of them is told, and none where nothing is', () => {
    expect(linesOf(null, { cameras: 3, force: false })).toEqual([
      { path: 'cameras', was: undefined, now: '3' },
      { path: 'force', was: undefined, now: 'false' },
    ])
    expect(linesOf('a', null)).toEqual([{ path: '', was: 'a', now: undefined }])
    expect(linesOf(null, null)).toEqual([])
  })
})
