/** Zoom and pan of a picture in a window. Pure: sizes and offsets in CSS pixels of the window. */

export interface Size {
  w: number
  h: number
}

/** The picture's upper left corner at (x, y), drawn `scale` times its size. */
export interface Placement {
  scale: number
  x: number
  y: number
}

export interface Rect {
  x: number
  y: number
  w: number
  h: number
}

const CLOSEST = 8
const ROOM = 1.9

/** The whole picture, in the middle. */
export function fit(picture: Size, view: Size): Placement {
  const scale = Math.min(view.w / picture.w, view.h / picture.h)
  return centred(picture, view, scale)
}

/** A part of the picture with some of what is around it. */
export function closeUp(picture: Size, view: Size, part: Rect): Placement {
  const whole = fit(picture, view).scale
  const wanted = Math.min(view.w / (part.w * ROOM), view.h / (part.h * ROOM))
  const scale = Math.min(Math.max(wanted, whole), whole * CLOSEST)
  return kept(picture, view, {
    scale,
    x: view.w / 2 - (part.x + part.w / 2) * scale,
    y: view.h / 2 - (part.y + part.h / 2) * scale,
  })
}

/** Zooms by a factor and keeps what lies under (x, y) there. */
export function zoomed(picture: Size, view: Size, now: Placement, factor: number, x: number, y: number): Placement {
  const whole = fit(picture, view).scale
  const scale = Math.min(Math.max(now.scale * factor, whole), whole * CLOSEST)
  const ratio = scale / now.scale
  return kept(picture, view, { scale, x: x - (x - now.x) * ratio, y: y - (y - now.y) * ratio })
}

export function panned(picture: Size, view: Size, now: Placement, dx: number, dy: number): Placement {
  return kept(picture, view, { ...now, x: now.x + dx, y: now.y + dy })
}

/** Where a part of the picture is on the screen. */
export function onScreen(part: Rect, at: Placement): Rect {
  return { x: at.x + part.x * at.scale, y: at.y + part.y * at.scale, w: part.w * at.scale, h: part.h * at.scale }
}

/** Share of a rectangle that lies in the window, 0-1. */
export function visibleShare(rect: Rect, view: Size): number {
  const w = Math.min(rect.x + rect.w, view.w) - Math.max(rect.x, 0)
  const h = Math.min(rect.y + rect.h, view.h) - Math.max(rect.y, 0)
  return w <= 0 || h <= 0 || !rect.w || !rect.h ? 0 : (w * h) / (rect.w * rect.h)
}

/** Never out of the window: a picture smaller than it is in the middle, a larger one covers it. */
function kept(picture: Size, view: Size, at: Placement): Placement {
  const place = (offset: number, size: number, room: number): number =>
    size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset))
  return { scale: at.scale, x: place(at.x, picture.w * at.scale, view.w), y: place(at.y, picture.h * at.scale, view.h) }
}

function centred(picture: Size, view: Size, scale: number): Placement {
  return kept(picture, view, { scale, x: 0, y: 0 })
}
