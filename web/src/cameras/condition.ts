/** How a camera does, in one word: what operations have to look at comes first. */
import type { Stream } from '@/api/cameras'

export const CONDITIONS = ['offline', 'unwatched', 'unfit', 'slow', 'connecting', 'online', 'unknown'] as const
export type Condition = (typeof CONDITIONS)[number]

/** More than this behind, a running dwell clock misleads. */
const SLOW_S = 5

export function conditionOf(stream: Stream | null): Condition {
  if (!stream) return 'unknown'
  if (stream.stale || stream.status === 'stopped') return 'unwatched'
  if (stream.status === 'waiting') return 'offline'
  if (stream.status === 'connecting') return 'connecting'
  if (stream.unfit) return 'unfit'
  return (stream.delay_s ?? 0) > SLOW_S ? 'slow' : 'online'
}

export const toneOf = (condition: Condition): 'ok' | 'warn' | 'bad' | '' =>
  (
    ({
      online: 'ok',
      slow: 'warn',
      unfit: 'warn',
      connecting: '',
      offline: 'bad',
      unwatched: 'bad',
      unknown: '',
    }) as const
  )[condition]
