// Wrong words, files and directories: a message with a code and a hint, exit code 2, nothing written.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Answer, inFolder, netpolc } from '../support/run.ts'

const test = suite('bad input')

const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: a, namespace: shop }
spec: { podSelector: {} }
`
const compile = ['compile', '-t', 'calico']

function refused({ code, out, err }: Answer, expected: RegExp): void {
  assert.is(code, 2, err)
  assert.is(out, '')
  assert.match(err, expected)
  assert.match(err, /^ {2}help: ./m)
  assert.not.match(err, /^ +at .*:\d+:\d+\)?$/m)
}

test('a file that is not there', async () =>
  refused(await netpolc([...compile, '/nowhere/a.yaml']), /NP6001: .*no such file/))

test('a file that cannot be read', async () =>
  refused(
    await netpolc([...compile, '/proc/self/mem']),
    /NP6001: "\/proc\/self\/mem" cannot be read/,
  ))

test('a link that leads nowhere', () =>
  inFolder(async (folder) => {
    symlinkSync('/nowhere', join(folder, 'dead.yaml'))
    refused(await netpolc([...compile, folder]), /NP6001: .*dead\.yaml/)
  }))

test('a directory without policies', () =>
  inFolder(async (folder) => {
    refused(await netpolc([...compile, folder]), /NP6003: .*holds no \.yaml/)
    mkdirSync(join(folder, 'deep'))
    writeFileSync(join(folder, 'deep/a.yaml'), policy)
    refused(await netpolc([...compile, folder]), /with -R directories inside of it are read too/)
  }))

test('a file that is not UTF-8', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, Uint8Array.of(0xff, 0xfe, 0x61, 0x00))
    refused(await netpolc([...compile, path]), /a\.yaml:1:1: error NP1007/)
  }))

test('a byte that is not UTF-8 is pointed at', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, Buffer.from('kind: a\nname: caf\xe9\n', 'latin1'))
    refused(await netpolc([...compile, path]), /a\.yaml:2:10: error NP1007/)
  }))

test('an empty file', async () =>
  refused(await netpolc([...compile, '-']), /<stdin>:1:1: error NP1001/))

test('an output directory that is a file, below a file, or on a file system that takes none', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const target of [file, join(file, 'below'), '/proc/netpolc']) {
      const answer = await netpolc([...compile, '-o', target, '-'], policy)
      refused(answer, /NP6002: .*cannot be written/)
    }
    assert.equal(readdirSync(folder), ['file'])
  }))

test('a directory in the place of an output file: no other file is written either', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'shop.b.yaml'))
    const two = `${policy}---\n${policy.replace('name: a', 'name: b')}`
    refused(await netpolc([...compile, '-o', folder, '-'], two), /NP6002: .*it is a directory/)
    assert.equal(readdirSync(folder), ['shop.b.yaml'])
  }))

test('one broken policy among good ones: nothing is written', () =>
  inFolder(async (folder) => {
    const target = join(folder, 'out')
    const two = `${policy}---\n${policy.replace('name: a', 'name: B')}`
    refused(await netpolc([...compile, '-o', target, '-'], two), /<stdin>:\d+:\d+: error NP2005/)
    assert.not.ok(existsSync(target))
  }))

test('an output that looks like a file: nothing is written', () =>
  inFolder(async (folder) => {
    const target = join(folder, 'out.yaml')
    refused(await netpolc([...compile, '-o', target, '-'], policy), /NP6004: .*names a directory/)
    assert.not.ok(existsSync(target))
  }))

test('nothing to read', async () => refused(await netpolc(compile), /NP6006/))

test('no target, and one that is not known', async () => {
  refused(await netpolc(['compile', '-'], policy), /NP6005: no target is named/)
  const answer = await netpolc(['compile', '-t', 'calicoo', '-'], policy)
  refused(answer, /NP6005: target "calicoo" is not known/)
  assert.match(answer.err, /did you mean "calico"\?/)
})

test('options with bad values, of other targets, or given twice', async () => {
  const run = (...words: readonly string[]): Promise<Answer> =>
    netpolc([...compile, ...words, '-'], policy)
  refused(await run('--order', 'first'), /NP6004: option "--order" has the value "first"/)
  refused(
    await run('--cilium-version', '1.18'),
    /"--cilium-version" means nothing to target calico/,
  )
  refused(await run('--order', '1', '--order', '2'), /given 2 times/)
  refused(await run('-n', 'Not_A_Namespace'), /NP6004: "Not_A_Namespace" is not the name/)
  refused(await run('--node', 'node-a'), /NP6004: node "node-a" means nothing/)
})

test('an address target without a snapshot', async () =>
  refused(await netpolc(['compile', '-t', 'iptables', '-'], policy), /NP4001/))

test('one standard input for two purposes', async () =>
  refused(
    await netpolc(['compile', '-t', 'iptables', '--cluster', '-', '-'], policy),
    /NP6004: standard input cannot be both/,
  ))

test('words that commander does not know end in exit code 2', async () => {
  for (const words of [['compil'], ['compile', '--taget', 'calico'], [], ['compile', '-o']]) {
    const { code, out, err } = await netpolc(words)
    assert.equal([code, out], [2, ''], words.join(' '))
    assert.is.not(err, '')
  }
})

test.run()
