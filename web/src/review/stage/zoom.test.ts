import { describe, expect, it } from 'vitest'

import { closeUp, fit, onScreen, panned, visibleShare, zoomed } from './zoom'

const picture = { w: 1280, h: 720 }
const view = { w: 640, h: 400 }

describe('the still', () => {
  it('fits whole and in the middle', () => expect(fit(picture, view)).toEqual({ scale: 0.5, x: 0, y: 20 }))

  it('keeps the point under the pointer when it is zoomed', () => {
    const before = zoomed(picture, view, fit(picture, view), 4, 320, 200)
    const after = zoomed(picture, view, before, 1.5, 100, 300)
    const under = (at: typeof after, x: number): number => (x - at.x) / at.scale
    expect(under(after, 100)).toBeCloseTo(under(before, 100))
  })

  it('never leaves the window, however far it is pulled', () => {
    const close = zoomed(picture, view, fit(picture, view), 4, 320, 200)
    const pulled = panned(picture, view, close, 1e6, -1e6)
    expect(pulled.x).toBe(0)
    expect(pulled.y).toBe(view.h - picture.h * pulled.scale)
  })

  it('is never smaller than whole', () => expect(zoomed(picture, view, fit(picture, view), 0.1, 0, 0).scale).toBe(0.5))

  it('shows the whole thing in a close-up, also at the edge', () => {
    for (const part of [
      { x: 0, y: 0, w: 60, h: 40 },
      { x: 1100, y: 600, w: 180, h: 120 },
      { x: 0, y: 0, w: 1280, h: 100 },
    ]) {
      expect(visibleShare(onScreen(part, closeUp(picture, view, part)), view)).toBeCloseTo(1)
    }
  })
})
