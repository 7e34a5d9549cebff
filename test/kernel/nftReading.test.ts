// What the reader of nft files makes of a text is what it makes of the kernel's own print of it, once the
// text is loaded.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Diagram, everything, nothing } from '../../src/algebra/diagram.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import type { NodeFirewall } from '../../src/proof/firewall.ts'
import { Packets } from '../../src/proof/packets.ts'
import { readFirewalls } from '../../targets/nftables/reading/index.ts'
import { nftText } from '../support/nftTexts.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { inNamespace, requireTools } from './tools.ts'

const test = suite('kernel: reading nftables')

test.before(() => {
  requireTools()
  if (spawnSync('which', ['nft']).status !== 0) {
    throw new Error('"nft" is missing: install the Debian package "nftables"')
  }
})

function read(text: string): NodeFirewall {
  const reporter = makeReporter()
  const [firewall] = readFirewalls([{ path: 'n/netpolc.nft', text }], reporter)
  const found = reporter.diagnostics.map(({ message, labels: [label] }) => {
    const { start = 0, end = 0 } = label?.span ?? {}
    return `${message}: ${text.slice(start, end)}`
  })
  assert.equal(found, [], text)
  if (firewall === undefined) throw new Error('no firewall')
  return firewall
}

const facts = (['local', 'foreign'] as const).flatMap((source) =>
  (['local', 'foreign'] as const).map((destination) => ({ source, destination })),
)

/** What passes on each way, with each fact about addresses. */
function answers(firewall: NodeFirewall, packets: Packets): readonly Diagram[] {
  return (['INPUT', 'FORWARD', 'OUTPUT'] as const).flatMap((way) =>
    facts.map((fact) => firewall.accepted(way, packets, fact)),
  )
}

test('what "nft list ruleset" prints is read as the text that was loaded', () =>
  inFolder(async (folder) => {
    const samples = fc.sample(nftText, { seed, numRuns: 150 })
    saySeed(`${samples.length} rule sets loaded with nft and read back`)
    const file = (index: number, ending: string): string => join(folder, `${index}.${ending}`)
    samples.forEach((text, index) => {
      writeFileSync(file(index, 'nft'), text)
    })
    const lines = samples.map(
      (_, index) =>
        `nft flush ruleset; nft -f ${file(index, 'nft')}; nft list ruleset > ${file(index, 'out')}`,
    )
    const { status, out, err } = inNamespace(lines.join('\n'))
    assert.is(status, 0, out + err)
    let deciding = 0
    samples.forEach((text, index) => {
      const printed = readFileSync(file(index, 'out'), 'utf8')
      for (const family of [4, 6] as const) {
        const packets = new Packets(family, 20_000_000)
        const written = answers(read(text), packets)
        assert.equal(answers(read(printed), packets), written, `${text}\n---\n${printed}`)
        if (family === 6 && written.some((one) => one !== everything && one !== nothing)) {
          deciding += 1
        }
      }
    })
    assert.ok(deciding > samples.length / 3, `${deciding} rule sets tell packets of IPv6 apart`)
  }))

test.run()
