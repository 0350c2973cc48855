import { describe, expect, it } from 'vitest'

import { takenApart, type LivePart } from './liveParts'

function part(header: object, picture: number[]): number[] {
  const text = [...new TextEncoder().encode(JSON.stringify(header))]
  const length = (value: number): number[] => [0, 0, value >> 8, value & 255]
  return [...length(text.length), ...length(picture.length), ...text, ...picture]
}

const BYTES = [
  ...part({ kind: 'state', running: true }, []),
  ...part({ kind: 'picture', camera_id: '门口' }, [1, 2, 3]),
]

describe('parts of live pictures', () => {
  it.each([1, 7, 16, 1000])('come whole, in pieces of %d bytes', async (size) => {
    const taken = takenApart()
    const parts: LivePart[] = []
    for (let at = 0; at < BYTES.length; at += size) parts.push(...taken(Uint8Array.from(BYTES.slice(at, at + size))))
    const [state, picture] = parts
    expect(parts.length).toBe(2)
    expect(state?.header).toEqual({ kind: 'state', running: true })
    expect(picture?.header).toMatchObject({ camera_id: '门口' })
    expect(picture && 'jpeg' in picture && [...new Uint8Array(await picture.jpeg.arrayBuffer())]).toEqual([1, 2, 3])
  })
})
