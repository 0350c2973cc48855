import { beforeEach, describe, expect, it, vi } from 'vitest'

const kept = new Map<string, string>()

/** The module as a page loads it, with what the browser kept. */
async function page(): Promise<typeof import('./pinned')> {
  vi.resetModules()
  return import('./pinned')
}

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: kept.set.bind(kept) })
})

describe('the keys of a site', () => {
  it('are taken at first sight, and kept', async () => {
    ;(await page()).meet(['a', 'b'])
    expect((await page()).unknown(['a', 'b'])).toEqual([])
  })

  it('are told when they come later, until somebody has compared them', async () => {
    ;(await page()).meet(['a'])
    const later = await page()
    later.meet(['a', 'c'])
    expect(later.unknown(['a', 'c'])).toEqual(['c'])
    later.trust(['c'])
    expect((await page()).unknown(['a', 'c'])).toEqual([])
  })

  it('are all unknown where what was kept cannot be read', async () => {
    for (const spoilt of ['?', '{}', 'null', '[1]']) {
      kept.set('jiejing.evidence-keys', spoilt)
      const found = await page()
      found.meet(['a'])
      expect(found.unknown(['a']), spoilt).toEqual(['a'])
    }
  })

  it('are not kept from a site that has none', async () => {
    ;(await page()).meet([])
    const later = await page()
    later.meet(['a'])
    expect(later.unknown(['a'])).toEqual([])
  })
})
