import { afterEach, describe, expect, it, vi } from 'vitest'

import { digestOf, judge, listing, summary, type Bytes } from './integrity'

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' // FIPS 180-4, example 1
const bytes = (text: string): Bytes => new TextEncoder().encode(text) as Bytes

afterEach(() => vi.unstubAllGlobals())

describe('the digest', () => {
  it('is the browser’s own where it has one', async () => expect(await digestOf(bytes('abc'))).toBe(ABC))

  it('is the same on a page without TLS, where browsers give none', async () => {
    vi.stubGlobal('crypto', {})
    expect(await digestOf(bytes('abc'))).toBe(ABC)
  })
})

describe('a file', () => {
  const listed = { path: 'originals/a.jpg', size: 3, sha256: ABC }

  it('is sound when size and digest are those of the manifest', async () =>
    expect(await judge(bytes('abc'), listed)).toBe('sound'))
  it('is changed by one bit', async () => expect(await judge(bytes('abb'), listed)).toBe('changed'))
  it('is changed by one byte more', async () => expect(await judge(bytes('abcd'), listed)).toBe('changed'))
  it('that the manifest does not name was added', async () =>
    expect(await judge(bytes('abc'), undefined)).toBe('changed'))
})

describe('the manifest', () => {
  it('lists files with their SHA-256', () => {
    const text = JSON.stringify({ files: [{ path: 'a', size: 3, digests: { sha256: ABC, sm3: '00' } }] })
    expect(listing(bytes(text))).toEqual([{ path: 'a', size: 3, sha256: ABC }])
  })
  it('that is cut off is refused', () => expect(() => listing(bytes('{"files": ['))).toThrow())
})

describe('the badge', () => {
  it('waits until every file was checked', () =>
    expect(summary(new Map([['a', 'sound']]), 2)).toEqual({ state: 'checking', sound: 1, total: 2 }))
  it('says sound when every file is', () =>
    expect(
      summary(
        new Map([
          ['a', 'sound'],
          ['b', 'sound'],
        ]),
        2,
      ),
    ).toEqual({ state: 'sound', sound: 2, total: 2 }))
  it('never says sound of what was withheld', () =>
    expect(
      summary(
        new Map([
          ['a', 'sound'],
          ['b', 'sound'],
        ]),
        5,
        3,
      ),
    ).toEqual({ state: 'partly', sound: 2, total: 5, withheld: 3 }))
  it('waits for what is not withheld', () =>
    expect(summary(new Map([['a', 'sound']]), 5, 3)).toEqual({ state: 'checking', sound: 1, total: 2 }))
  it('names a changed file at once, before the others are checked', () =>
    expect(
      summary(
        new Map([
          ['a', 'sound'],
          ['b', 'changed'],
        ]),
        9,
      ),
    ).toEqual({ state: 'changed', files: ['b'] }))
})
