/** Where names of zones stand on a picture so that none lies on another. Pure. */

/** A text around its middle; all of one unit. */
export interface Label {
  x: number
  y: number
  w: number
  h: number
}

/** Of a text of this size: letters are narrower than Chinese signs. */
export function labelAt([x, y]: readonly [number, number], text: string, size: number): Label {
  const signs = [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 1 : 0.62), 0)
  return { x, y, w: signs * size, h: size * 1.3 }
}

/** The labels, those that would lie on one before moved up or down by as many lines as it takes. */
export function spread(labels: readonly Label[]): Label[] {
  return labels.reduce<Label[]>((placed, label) => {
    for (let step = 0; ; step += 1) {
      const lines = step % 2 ? (step + 1) / 2 : -step / 2
      const moved = { ...label, y: label.y + lines * label.h }
      if (!placed.some((other) => overlap(moved, other))) return [...placed, moved]
    }
  }, [])
}

const overlap = (a: Label, b: Label): boolean =>
  Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < (a.h + b.h) * 0.999
