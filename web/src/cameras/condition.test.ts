import { describe, expect, it } from 'vitest'

import type { Stream } from '@/api/cameras'

import { conditionOf } from './condition'

const stream = (changes: Partial<Stream>): Stream =>
  ({ status: 'online', stale: false, unfit: null, delay_s: 0.4, ...changes }) as Stream

describe('the condition of a camera', () => {
  it.each<[string, Partial<Stream>]>([
    ['online', {}],
    ['slow', { delay_s: 9 }],
    ['unfit', { unfit: { code: 'detector.view_moved', params: {}, text: 'view moved' } }],
    ['offline', { status: 'waiting' }],
    // Whatever was reported last says nothing once nobody reports any more.
    ['unwatched', { stale: true }],
    ['unwatched', { stale: true, status: 'waiting' }],
  ])('%s', (condition, changes) => expect(conditionOf(stream(changes))).toBe(condition))

  it('is unknown before a worker has reported', () => expect(conditionOf(null)).toBe('unknown'))
})
