// The library runs where there is no Node: bundled for a browser, in a context that has only what
// every JavaScript engine has.
import { createContext, Script } from 'node:vm'
import { build } from 'esbuild'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('browser')

const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } } }
`

test('the library bundles without Node and compiles a policy there', async () => {
  const { outputFiles, warnings } = await build({
    entryPoints: ['src/index.ts'],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'netpolc',
    logLevel: 'silent',
  })
  assert.equal(warnings, [])
  const context = createContext({ TextEncoder, TextDecoder, URL })
  new Script(outputFiles[0]?.text ?? '').runInContext(context)
  context.policy = policy
  const answer: unknown = new Script(`
    const sources = [netpolc.makeSource('db.yaml', policy)]
    const { outputs, diagnostics } = netpolc.compile({ sources, targets: ['calico', 'ir'] })
    JSON.stringify([outputs.map(({ target, files }) => [target, files.length]), diagnostics])
  `).runInContext(context)
  assert.is(answer, '[[["calico",1],["ir",1]],[]]')
})

test.run()
