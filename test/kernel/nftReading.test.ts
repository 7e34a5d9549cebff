// What the readers of nft make of a text is what they make of the kernel's own print of it once the text is
// loaded, and the print as text and that as JSON are one rule set.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { Headers } from '../../src/ruleset/headers.ts'
import type { Ruleset, Table } from '../../src/ruleset/types.ts'
import { Machine, newOn } from '../../src/ruleset/ways.ts'
import { makeSource } from '../../src/source/source.ts'
import { type NftDump, readNftDump, readNftJson } from '../../targets/nftables/reading/index.ts'
import { nftConstructs } from '../support/nftConstructs.ts'
import { nftText } from '../support/nftTexts.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { inNamespace, requireTools } from './tools.ts'

const test = suite('kernel: reading nftables')

test.before(() => requireTools())

/** What is loaded, as nft prints it. */
interface Printed {
  readonly text: string
  readonly json: string
  readonly isLoaded: boolean
}

/** Loads each text on its own, and lists it both ways. */
async function listed(texts: readonly string[]): Promise<readonly Printed[]> {
  const found: Printed[] = []
  await inFolder(async (folder) => {
    const file = (index: number, ending: string): string => join(folder, `${index}.${ending}`)
    texts.forEach((text, index) => {
      writeFileSync(file(index, 'nft'), text)
    })
    const lines = texts.map((_, index) =>
      [
        'nft flush ruleset',
        `nft -f ${file(index, 'nft')} 2> ${file(index, 'err')} || true`,
        `nft -a list ruleset > ${file(index, 'txt')}`,
        `nft -j list ruleset > ${file(index, 'json')}`,
      ].join('; '),
    )
    const { status, out, err } = inNamespace(lines.join('\n'))
    assert.is(status, 0, out + err)
    const read = (index: number, ending: string): string =>
      readFileSync(file(index, ending), 'utf8')
    texts.forEach((_, index) => {
      const isLoaded = read(index, 'err') === ''
      found.push({ text: read(index, 'txt'), json: read(index, 'json'), isLoaded })
    })
  })
  return found
}

type Read = typeof readNftDump

/** Reads a text of which everything can be read. */
function whole(read: Read, text: string): NftDump {
  const reporter = makeReporter()
  const dump = read(makeSource('dump', text), reporter)
  const faults = reporter.diagnostics.filter(({ code }) => code !== 'NP8004' && code !== 'NP8006')
  assert.equal(
    faults.map(({ message }) => message),
    [],
    text,
  )
  assert.not(dump.isPartial, text)
  return dump
}

/** A value without the places in it. */
function placeless(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map) {
    return [...value].map(([key, one]) => [key, placeless(one)]).sort()
  }
  if (Array.isArray(value)) return value.map(placeless)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (key === 'at' ? [] : [[key, placeless(one)]])),
  )
}

/** What a rule or set says where it stands, for messages. */
function textsOf(tables: readonly Table[]): readonly string[] {
  return tables.flatMap(({ chains, sets }) => [
    ...[...chains.values()].flatMap(({ rules }) =>
      rules.map((one) => JSON.stringify(placeless(one))),
    ),
    ...[...sets.values()].map((one) => JSON.stringify(placeless(one))),
  ])
}

function sameInBoth({ text, json }: Printed): void {
  const [a, b] = [whole(readNftDump, text).tables, whole(readNftJson, json).tables]
  const [first, second] = [textsOf(a), textsOf(b)]
  first.forEach((one, index) => {
    assert.is(second[index], one)
  })
  assert.equal(placeless(b), placeless(a))
}

test('every construct is one rule set as text and as JSON', async () => {
  const printed = await listed(nftConstructs.map((rule) => `table inet t {\n${rule}\n}\n`))
  const loaded = printed.filter(({ isLoaded }) => isLoaded)
  // Kernels are built without some extensions.
  assert.ok(loaded.length > nftConstructs.length * 0.9, `${loaded.length} were loaded`)
  loaded.forEach(sameInBoth)
})

/** All files that the golden cases have for nodes, of one of each content. */
function goldenFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && one.name === 'netpolc.nft')
    .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
}

test('our own files are read with nothing unknown, and as the kernel prints them', async () => {
  const texts = [...new Set(goldenFiles('golden'))].filter((_, index) => index % 5 === 0)
  assert.ok(texts.length > 20)
  const printed = await listed(texts)
  printed.forEach((one, index) => {
    assert.ok(one.isLoaded, texts[index])
    sameInBoth(one)
    const reporter = makeReporter()
    readNftDump(makeSource('own', texts[index] ?? ''), reporter)
    assert.equal(reporter.diagnostics, [])
  })
})

function rulesetOf(...tables: readonly Table[]): Ruleset {
  return { tables, ipsets: new Map(), knowsIpsets: true, isPartial: false }
}

test('what is loaded and what is printed do the same with packets', async () => {
  const texts = fc.sample(nftText, { seed, numRuns: 150 })
  saySeed(`${texts.length} rule sets loaded with nft and read back`)
  const printed = await listed(texts)
  let deciding = 0
  texts.forEach((text, index) => {
    const one = printed[index]
    assert.ok(one?.isLoaded, text)
    if (one === undefined) return
    sameInBoth(one)
    const [written, read] = [whole(readNftDump, text).tables, whole(readNftDump, one.text).tables]
    for (const family of [4, 6] as const) {
      const headers = Headers.of(rulesetOf(...written, ...read), family, 20_000_000)
      for (const way of ['INPUT', 'FORWARD', 'OUTPUT'] as const) {
        const [a, b] = [written, read].map((tables) =>
          new Machine(rulesetOf(...tables), headers).fateOf(newOn(way)),
        )
        assert.equal(b?.direct, a?.direct, `${text}\n---\n${one.text}`)
        if (a !== undefined && a.direct.accepted !== headers.packets.store.not(a.direct.dropped)) {
          deciding += 1
        }
      }
    }
  })
  assert.ok(deciding < texts.length * 6, 'some rule sets decide all by what is modelled')
})

test.run()
