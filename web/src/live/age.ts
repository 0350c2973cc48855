import type { Sight } from './usePictures'

const LEAST_S = 10
const INTERVALS = 4

/** Whether the newest picture is too old to say anything of the present. */
export const isOld = (sight: Sight, nowMs: number): boolean =>
  (nowMs - sight.arrivedMs) / 1000 > Math.max(LEAST_S, INTERVALS * sight.seen.interval_s)
