// `npm run build`: compiles beside `dist`, then moves each file to its place, and removes those that
// have no source any more. What stands in `dist` can be run all the while: the first `npx netpolc` on
// a machine builds the package once more behind the user's back.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

// As deep as `dist`, so that the paths in the source maps hold after the move.
const fresh = `.build-${process.pid}`

try {
  const { status } = spawnSync('tsc', ['-p', 'test/build/tsconfig.json', '--outDir', fresh], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status === 0) publish()
  process.exitCode = status ?? 1
} finally {
  rmSync(fresh, { recursive: true, force: true })
}

function publish() {
  chmodSync(join(fresh, 'src/cli/main.js'), 0o755)
  const made = new Set(filesIn(fresh))
  for (const path of made) {
    mkdirSync(dirname(join('dist', path)), { recursive: true })
    renameSync(join(fresh, path), join('dist', path))
  }
  for (const folder of ['src', 'targets']) {
    for (const path of filesIn(join('dist', folder)).map((one) => join(folder, one))) {
      if (!made.has(path)) rmSync(join('dist', path), { force: true })
    }
  }
}

/** @param {string} folder @returns {string[]} paths of the files in it, relative to it */
function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
