// Answers beside what is recorded of them. A difference is also written below dist/golden-actual, to be
// looked at side by side.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { filesOf, type GoldenCase, goldenRoot, isAuthored, updateCommand } from './cases.ts'

/** Every answer as recorded, and nothing else in the folder. */
export function compareAnswers(
  one: Pick<GoldenCase, 'name' | 'folder'>,
  answers: ReadonlyMap<string, string>,
): void {
  const recorded = filesOf(one.folder).filter((path) => !isAuthored(path))
  const missing = [...answers.keys()].filter((path) => !recorded.includes(path))
  assert.equal(missing, [], `${one.name} lacks files: make them with "${updateCommand}"`)
  const orphans = recorded.filter((path) => !answers.has(path))
  assert.equal(orphans, [], `${one.name} has files nothing made: "${updateCommand}" removes them`)
  for (const [path, actual] of answers) {
    const expected = readFileSync(join(one.folder, path), 'utf8').replaceAll('\r\n', '\n')
    if (actual !== expected) keepActual(one, path, actual)
    assert.fixture(actual, expected, `${one.name}/${path}; if meant, "${updateCommand}"`)
  }
}

function keepActual(one: Pick<GoldenCase, 'name' | 'folder'>, path: string, text: string): void {
  const target = resolve(goldenRoot, '../dist/golden-actual', one.name, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
}
