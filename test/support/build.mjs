// `npm run build`: removes old output, so that a renamed file leaves no stale twin in the package,
// compiles, and makes the command executable.
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'

for (const folder of ['dist/src', 'dist/targets']) rmSync(folder, { recursive: true, force: true })
const { status } = spawnSync('tsc', ['-p', 'test/build/tsconfig.json'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (status === 0) chmodSync('dist/src/cli/main.js', 0o755)
process.exitCode = status ?? 1
