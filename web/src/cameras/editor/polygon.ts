/** Polygons on a picture; points are x, y in 0-1 of it. Pure. */
import type { Polygon } from '@/api/cameras'

export type Point = [number, number]

const DIGITS = 1e4
const within = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * DIGITS) / DIGITS

/** A point inside the picture, to a ten-thousandth of it. */
export const placed = (x: number, y: number): Point => [within(x), within(y)]

export const moved = (polygon: Polygon, index: number, to: Point): Polygon =>
  polygon.map((one, at) => (at === index ? to : one))
export const without = (polygon: Polygon, index: number): Polygon => polygon.filter((_, at) => at !== index)
/** With a point after that edge's beginning. */
export const inserted = (polygon: Polygon, edge: number, point: Point): Polygon => [
  ...polygon.slice(0, edge + 1),
  point,
  ...polygon.slice(edge + 1),
]

/** All of it moved, as far as it stays inside the picture. */
export function shifted(polygon: Polygon, dx: number, dy: number): Polygon {
  const bound = (axis: 0 | 1, by: number): number => {
    const values = polygon.map((one) => one[axis])
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by))
  }
  const [x, y] = [bound(0, dx), bound(1, dy)]
  return polygon.map((one) => placed(one[0] + x, one[1] + y))
}

export const middle = (a: Point, b: Point): Point => placed((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
export const edges = (polygon: Polygon): [Point, Point][] =>
  polygon.map((one, at) => [one, polygon[(at + 1) % polygon.length] ?? one])

/** Where its name stands: the mean of its corners. */
export const centre = (polygon: Polygon): Point => [mean(polygon, 0), mean(polygon, 1)]
const mean = (polygon: Polygon, axis: 0 | 1): number =>
  polygon.reduce((sum, one) => sum + one[axis], 0) / (polygon.length || 1)

export function area(polygon: Polygon): number {
  return Math.abs(edges(polygon).reduce((sum, [a, b]) => sum + a[0] * b[1] - b[0] * a[1], 0)) / 2
}

/** The numbers of two edges that touch or cross without being neighbours. */
export function crossing(polygon: Polygon): [number, number] | null {
  const all = edges(polygon)
  for (let first = 0; first < all.length; first += 1) {
    for (let second = first + 2; second < all.length; second += 1) {
      const neighbours = first === 0 && second === all.length - 1
      const [a, b] = [all[first], all[second]]
      if (!neighbours && a && b && meet(a, b)) return [first, second]
    }
  }
  return null
}

export type Fault = 'few' | 'flat' | 'crossing'

/** What is wrong with a polygon that is to be kept. */
export function faultOf(polygon: Polygon): Fault | null {
  if (polygon.length < 3) return 'few'
  if (crossing(polygon)) return 'crossing'
  return area(polygon) === 0 ? 'flat' : null
}

function meet([a, b]: [Point, Point], [c, d]: [Point, Point]): boolean {
  const [ac, ad, ca, cb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)]
  if (ac * ad < 0 && ca * cb < 0) return true
  return (
    (ac === 0 && between(a, b, c)) ||
    (ad === 0 && between(a, b, d)) ||
    (ca === 0 && between(c, d, a)) ||
    (cb === 0 && between(c, d, b))
  )
}

const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
const between = (a: Point, b: Point, c: Point): boolean =>
  Math.min(a[0], b[0]) <= c[0] &&
  c[0] <= Math.max(a[0], b[0]) &&
  Math.min(a[1], b[1]) <= c[1] &&
  c[1] <= Math.max(a[1], b[1])
