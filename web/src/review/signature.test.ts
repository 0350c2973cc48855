import { getPublicKey, sign } from '@noble/ed25519'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Bytes } from './integrity'
import { openEnvelope, type SiteKey } from './signature'

// RFC 8032, 7.1, test 1 and 2.
const OURS = hexToBytes('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
const STRANGER = hexToBytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
const TYPE = 'application/vnd.jiejing.evidence-manifest+json'
const MANIFEST = '{"format":"街镜"}'

const bytes = (text: string): Bytes => new TextEncoder().encode(text) as Bytes
const base64 = (content: Uint8Array): string => btoa(String.fromCharCode(...content))

function keyOf(secret: Uint8Array): SiteKey {
  const raw = getPublicKey(secret)
  const spki = new Uint8Array([...hexToBytes('302a300506032b6570032100'), ...raw])
  return { key_id: bytesToHex(sha256(spki)), public_key: bytesToHex(raw) }
}

function sealed(secret: Uint8Array, manifest = MANIFEST, type = TYPE) {
  const payload = bytes(manifest)
  const message = bytes(`DSSEv1 ${type.length} ${type} ${payload.length} ${manifest}`)
  return {
    payload: base64(payload),
    payloadType: type,
    signatures: [{ keyid: keyOf(secret).key_id, sig: base64(sign(message, secret)) }],
  }
}

const written = (envelope: unknown): Bytes => bytes(JSON.stringify(envelope))

// As on a page without TLS.
beforeEach(() => vi.stubGlobal('crypto', {}))
afterEach(() => vi.unstubAllGlobals())

describe('an envelope', () => {
  const keys = [keyOf(OURS)]

  it('gives the bytes that our key signed', () => {
    const opened = openEnvelope(written(sealed(OURS)), keys)
    expect(new TextDecoder().decode(opened.payload)).toBe(MANIFEST)
    expect(opened.keyIds).toEqual([keys[0]?.key_id])
  })

  it('with another payload is refused', () =>
    expect(() => openEnvelope(written({ ...sealed(OURS), payload: btoa('{}') }), keys)).toThrow('does not hold'))

  it('of a stranger is refused', () =>
    expect(() => openEnvelope(written(sealed(STRANGER)), keys)).toThrow('no key of this site'))

  it('that a stranger signed under our name is refused', () => {
    const forged = sealed(STRANGER)
    forged.signatures = forged.signatures.map(({ sig }) => ({ keyid: keys[0]?.key_id ?? '', sig }))
    expect(() => openEnvelope(written(forged), keys)).toThrow('does not hold')
  })

  it('is refused where a key was exchanged under its name', () => {
    const exchanged = { key_id: keyOf(OURS).key_id, public_key: keyOf(STRANGER).public_key }
    const forged = sealed(STRANGER)
    forged.signatures = forged.signatures.map(({ sig }) => ({ keyid: exchanged.key_id, sig }))
    expect(() => openEnvelope(written(forged), [exchanged])).toThrow('does not hold')
  })

  it('of another type is refused', () =>
    expect(() => openEnvelope(written(sealed(OURS, MANIFEST, 'application/other')), keys)).toThrow('another type'))

  it('that nobody signed is refused', () =>
    expect(() => openEnvelope(written({ ...sealed(OURS), signatures: [] }), keys)).toThrow('no key of this site'))
})
