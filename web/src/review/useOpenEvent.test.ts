import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'

import * as server from '@/api/review'

import type { OpenEvent } from './model'
import { useOpenEvent, type OpenedEvent } from './useOpenEvent'

// What a browser has, and this place has not: modules ask for it when they are read.
vi.hoisted(() => {
  const kept = new Map<string, string>()
  const localStorage = { getItem: (key: string) => kept.get(key) ?? null, setItem: kept.set.bind(kept) }
  vi.stubGlobal('window', Object.assign(globalThis, { location: { origin: 'http://localhost' }, localStorage }))
})
vi.mock('@/api/review')

const event = (event_id: string): OpenEvent =>
  ({ event_id, packages: [], openings: [], decisions: [], review: { state: 'open' } }) as unknown as OpenEvent

describe('the open event', () => {
  let scope: EffectScope
  let opened: OpenedEvent
  /** What the server will have answered, by the order of the questions. */
  let answers: ((found: OpenEvent) => void)[]

  beforeEach(async () => {
    answers = []
    vi.mocked(server.readEvent).mockImplementation(() => new Promise((resolve) => answers.push(resolve)))
    scope = effectScope()
    opened = scope.run(useOpenEvent) as OpenedEvent
    const opening = opened.open('first')
    answers[0]?.(event('first'))
    await opening
  })

  afterEach(() => scope.stop())

  it('is never put back by news of the one before', async () => {
    const opening = opened.open('second')
    const news = opened.refresh()
    answers[1]?.(event('second'))
    await opening
    answers[2]?.(event('first'))
    await news
    expect(opened.event.value?.event_id).toBe('second')
  })

  it('is read again when it has changed', async () => {
    const news = opened.refresh()
    answers[1]?.({ ...event('first'), first_seen: 'later' })
    await news
    expect(opened.event.value?.first_seen).toBe('later')
  })
})
