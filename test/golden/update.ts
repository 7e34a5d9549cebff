// Rewrites the answers of all golden cases, or of those whose name holds the argument:
// `npm run golden:update [-- name]`. Read the difference before you commit it: it is the review.
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { answersOf, compileCase } from './answers.ts'
import { auditAnswers, readAudits } from './audits.ts'
import { filesOf, type GoldenCase, isAuthored, readCases, readMigrations } from './cases.ts'
import { migrateCase, migrationAnswers } from './migrations.ts'

if (process.env.CI !== undefined && process.env.CI !== '') {
  console.error('golden answers are not rewritten under CI: run this where you can read the diff')
  process.exit(2)
}
const wanted = process.argv[2] ?? ''
let failed = 0
const cases = [
  ...readCases().map((one) => ({ one, answers: () => answersOf(one, compileCase(one)) })),
  ...readMigrations().map((one) => ({ one, answers: () => migrationAnswers(migrateCase(one)) })),
  ...readAudits().map((one) => ({ one, answers: () => auditAnswers(one) })),
]
for (const { one, answers } of cases.filter(({ one: { name } }) => name.includes(wanted))) {
  try {
    update(one, answers())
  } catch (error) {
    failed += 1
    console.error(`${one.name}: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
process.exit(failed === 0 ? 0 : 1)

function update(one: Pick<GoldenCase, 'folder'>, answers: ReadonlyMap<string, string>): void {
  for (const path of filesOf(one.folder)) {
    if (!isAuthored(path) && !answers.has(path)) rmSync(join(one.folder, path))
  }
  for (const [path, text] of answers) {
    const target = join(one.folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  removeEmptyFolders(one.folder)
}

function removeEmptyFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const path = join(folder, entry.name)
    removeEmptyFolders(path)
    if (readdirSync(path).length === 0) rmdirSync(path)
  }
}
